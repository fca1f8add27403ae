package dev.holdfast.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    return Quickstart.run(List.of(args), new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @Test
  void help_is_printed_and_nothing_is_run() {
    assertThat(run("--crash", "--help")).isZero();
    assertThat(text()).isEqualTo(Arguments.USAGE);
  }

  @Test
  void an_unknown_option_gives_the_usage_and_code_2() {
    assertThat(run("--carsh")).isEqualTo(2);
    assertThat(text()).startsWith("unknown option: --carsh").endsWith(Arguments.USAGE);
  }

  @Test
  void an_option_without_its_value_gives_the_usage_and_code_2() {
    assertThat(run("--redis")).isEqualTo(2);
    assertThat(text()).startsWith("--redis needs a value");
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
