package dev.holdfast.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadDigestTest {
  private static String of(String json) {
    return PayloadDigest.of(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void is_sixteen_hexadecimal_digits_and_the_same_for_the_same() {
    assertThat(of("{\"a\":1}")).matches("[0-9a-f]{16}").isEqualTo(of("{\"a\":1}"));
    // Kept in queues: a digest that changes makes conflicts of payloads that are the same.
    assertThat(of("{\"a\":1}")).isEqualTo("015abd7f5cc57a2d");
  }

  @Test
  void is_the_same_whatever_the_order_of_fields_and_the_white_space() {
    assertThat(of("{\"a\":1,\"b\":{\"c\":2,\"d\":[3]}}"))
        .isEqualTo(of("{ \"b\": {\"d\":[3],\"c\":2}, \"a\" : 1 }"));
  }

  @Test
  void is_another_for_another_value_however_small_the_difference() {
    assertThat(of("{\"a\":1}"))
        .isNotEqualTo(of("{\"a\":2}"))
        .isNotEqualTo(of("{\"a\":\"1\"}"))
        .isNotEqualTo(of("{\"a\":[1]}"));
    assertThat(of("[1,2]")).isNotEqualTo(of("[2,1]"));
    assertThat(of("12345678901234567890123456789.1"))
        .isNotEqualTo(of("12345678901234567890123456789.2"));
  }

  @Test
  void of_what_is_no_json_is_that_of_its_bytes() {
    assertThat(of("{\"a\":")).matches("[0-9a-f]{16}").isNotEqualTo(of("{\"a\""));
    assertThat(of("")).matches("[0-9a-f]{16}");
  }
}
