package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductSyncTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    return ProductSync.run(List.of(args), new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void help_is_printed_and_nothing_is_run() {
    assertThat(run("--speed", "2", "--help")).isZero();
    assertThat(text()).isEqualTo(Arguments.USAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --sped              | unknown option: --sped
          --redis             | --redis needs a value
          --speed 0           | --speed is 0; it must be 1 to 120
          --speed fast        | --speed is fast; it must be 1 to 120
          --page 2001         | --page is 2001; it must be 1 to 1000
          --products 10000 --page 250 | 10000 products at 250 a page are 40 pages; there must be 200
          """)
  void a_wrong_option_gives_the_reason_the_usage_and_code_2(String options, String reason) {
    assertThat(run(options.split(" "))).isEqualTo(2);
    assertThat(text()).startsWith(reason).endsWith(Arguments.USAGE);
  }

  @Test
  void the_defaults_are_200000_products_on_800_pages_at_speed_30() {
    Arguments defaults = Arguments.parse(List.of());

    assertThat(defaults.catalogue()).isEqualTo(new Catalogue(200_000, 250));
    assertThat(defaults.catalogue().pages()).isEqualTo(800);
    assertThat(defaults.tempo()).isEqualTo(new Tempo(30));
    assertThat(defaults.redis()).isNull();
    assertThat(defaults.postgres()).isNull();
  }
}
