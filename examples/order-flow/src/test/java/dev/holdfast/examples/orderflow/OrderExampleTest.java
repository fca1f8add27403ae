package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderExampleTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    return OrderExample.run(List.of(args), new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void help_is_printed_and_nothing_is_run() {
    assertThat(run("--crash", "--help")).isZero();
    assertThat(text()).isEqualTo(Arguments.USAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --crush          | unknown option: --crush
          --redis          | --redis needs a value
          --days-as 2      | --days-as is 2; it must be a duration such as PT0.5S
          --days-as PT25H  | a day is PT25H; it must be PT0.1S to PT24H
          --days-as PT0S   | a day is PT0S; it must be PT0.1S to PT24H
          """)
  void a_wrong_option_gives_the_reason_the_usage_and_code_2(String options, String reason) {
    assertThat(run(options.split(" "))).isEqualTo(2);
    assertThat(text()).startsWith(reason).endsWith(Arguments.USAGE);
  }

  @Test
  void by_default_a_day_is_a_second_and_nobody_is_killed() {
    Arguments defaults = Arguments.parse(List.of());

    assertThat(defaults.days()).isEqualTo(new Days(Duration.ofSeconds(1)));
    assertThat(defaults.crash()).isFalse();
    assertThat(defaults.redis()).isNull();
    assertThat(defaults.postgres()).isNull();
  }
}
