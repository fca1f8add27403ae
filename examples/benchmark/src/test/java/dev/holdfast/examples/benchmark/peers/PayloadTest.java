package dev.holdfast.examples.benchmark.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 9, 10, 199_999, Integer.MAX_VALUE})
  void it_is_100_bytes_of_json_whatever_its_number(int number) throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();

    byte[] written = json.writeValueAsBytes(Payload.of(number));

    assertThat(written).hasSize(100);
  }
}
