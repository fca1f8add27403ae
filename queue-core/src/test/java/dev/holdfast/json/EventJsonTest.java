package dev.holdfast.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.event.Awaited;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.PayloadException;
import dev.holdfast.json.EventJson.Reached;
import dev.holdfast.spi.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Published events and subscribers, written and read. */
class EventJsonTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void an_event_travels_in_an_envelope_and_its_payload_stays_byte_for_byte() {
    // As deep as a payload may be.
    byte[] payload = bytes("[".repeat(100) + "1.50" + "]".repeat(100));
    Instant at = Instant.ofEpochMilli(1_767_225_600_123L);
    EnvelopeJson envelopes = new EnvelopeJson();
    byte[] stored =
        envelopes.encode(
            new Envelope(
                1,
                EventJson.encode(new Mail.EventCame("id \"1\"", "a.b", "k\tü", at, payload)),
                "c",
                null,
                Map.of("h", "v"),
                Map.of()));
    Mail.EventCame read = EventJson.decode(envelopes.decode(stored).payload());
    assertThat(read.event()).isEqualTo("id \"1\"");
    assertThat(read.type()).isEqualTo("a.b");
    assertThat(read.key()).isEqualTo("k\tü");
    assertThat(read.at()).isEqualTo(at);
    assertThat(read.payload()).isEqualTo(payload);
  }

  @Test
  void a_field_of_a_later_version_is_ignored() {
    assertThat(
            EventJson.decode(
                    bytes(
                        "{\"id\":\"i\",\"x\":{\"y\":[1]},\"type\":\"t\",\"key\":\"\",\"at\":5,"
                            + "\"payload\": 7 }"))
                .payload())
        .isEqualTo(bytes("7"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"id\":\"i\",\"type\":\"t\",\"key\":\"\",\"at\":1}"})
  void what_is_no_event_is_unreadable(String text) {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> EventJson.decode(bytes(text)));
  }

  @Test
  void a_subscriber_that_awaits_nothing_is_kept_as_its_queue() {
    assertThat(new Reached("mail", List.of()).encode()).isEqualTo("mail");
    assertThat(Reached.decode("mail")).isEqualTo(new Reached("mail", List.of()));
  }

  @Test
  void a_subscriber_that_awaits_comes_back() {
    Reached reached =
        new Reached("mail", List.of(new Awaited("a.b", "/user id"), new Awaited("c", "")));
    assertThat(Reached.decode(reached.encode())).isEqualTo(reached);
    assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> Reached.decode("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "/a      | x",
        "/b      | 7",
        "/c      | true",
        "/d/0/e  | 1.5",
        "/f      | none",
        "/g      | none",
        "/none   | none",
        "/d      | none",
      })
  void a_key_is_a_text_a_number_or_a_boolean(String pointer, String key) {
    byte[] json = bytes("{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":[{\"e\":1.5}],\"f\":null,\"g\":{}}");
    assertThat(JsonKey.at(json, pointer)).isEqualTo(key);
    assertThat(EventJson.key(new Awaited("t", pointer), json)).isEqualTo(key);
    assertThat(EventJson.key(new Awaited("t", ""), json)).isEmpty();
  }
}
