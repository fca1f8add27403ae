package dev.holdfast.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.batch.BatchOrder;
import dev.holdfast.batch.BatchOrder.Follower;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a batch is told, written and read. */
class BatchJsonTest {
  private final EnvelopeJson envelopes = new EnvelopeJson();

  private byte[] envelope(String payload) {
    byte[] json = payload.getBytes(StandardCharsets.UTF_8);
    return envelopes.encode(new Envelope(1, json, null, null, Map.of(), Map.of()));
  }

  @Test
  void followers_travel_in_an_envelope_and_theirs_stay_byte_for_byte() {
    byte[] deep = envelope("[".repeat(100) + "\"ü\"" + "]".repeat(100));
    Follower complete =
        new Follower(
            "mail",
            "a.b",
            Priority.HIGH,
            "tenant",
            3,
            Duration.ofMinutes(5),
            null,
            List.of("x\ty", "z\t"),
            deep);
    Instant at = Instant.ofEpochMilli(1_767_225_600_123L);
    Follower failure =
        new Follower("q", "c", Priority.LOW, null, 1, null, at, List.of(), envelope("{}"));
    BatchOrder order = new BatchOrder(12, Duration.ofDays(9), complete, null, failure);
    byte[] stored =
        envelopes.encode(new Envelope(1, BatchJson.encode(order), null, null, Map.of(), Map.of()));

    BatchOrder read = BatchJson.decode(envelopes.decode(stored).payload());

    assertThat(read).usingRecursiveComparison().isEqualTo(order);
  }

  @Test
  void followers_of_more_than_a_mebibyte_together_are_refused() {
    byte[] large = envelope("\"" + "x".repeat(400_000) + "\"");
    Follower each = new Follower("q", "c", Priority.LOW, null, 1, null, null, List.of(), large);
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> BatchJson.encode(new BatchOrder(1, Duration.ZERO, each, each, each)))
        .matches(e -> e.problem() == PayloadException.Problem.TOO_LARGE);
  }

  @Test
  void what_is_no_batch_is_unreadable() {
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(() -> BatchJson.decode("[]".getBytes(StandardCharsets.UTF_8)));
    assertThatExceptionOfType(PayloadException.class)
        .isThrownBy(
            () ->
                BatchJson.decode(
                    "{\"total\":1,\"complete\":{\"queue\":\"q\"}}"
                        .getBytes(StandardCharsets.UTF_8)));
  }
}
