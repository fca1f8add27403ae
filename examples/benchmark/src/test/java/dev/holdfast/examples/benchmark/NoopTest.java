package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.json.JacksonCodec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoopTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 9, 10, 99_999, 100_000, Integer.MAX_VALUE})
  void a_payload_has_100_bytes_and_its_number(int number) {
    byte[] json = JacksonCodec.strict().encode("payload", Noop.of(number));

    assertThat(json).hasSize(Noop.BYTES).isEqualTo(Noop.json(number));
    assertThat(Noop.numberIn(json)).isEqualTo(number);
    assertThat(JacksonCodec.strict().decode("payload", json, Noop.class))
        .isEqualTo(Noop.of(number));
  }
}
