package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Redis keeps of a producer: the result of its last call, by which a repeat is known. */
final class ProducerMemoryIT {
  private final RedisHarness harness = RedisHarness.open();
  private final QueueRef queue = harness.freshQueue();

  @AfterEach
  void close() {
    harness.close();
  }

  private List<String> kept() {
    return StoredQueue.strings(harness.redis().command("HVALS", harness.key(queue, "ops")));
  }

  @Test
  void a_call_after_a_long_silence_does_not_sweep_its_own_result() {
    EngineCalls.enqueue(harness.engine(), queue, EngineCalls.job());
    String first = kept().get(0);
    harness.advance(Duration.ofMinutes(10).plusMillis(1));

    EngineCalls.enqueue(harness.engine(), queue, EngineCalls.job());

    assertThat(kept()).singleElement().isNotEqualTo(first);
    assertThat(harness.redis().command("ZCARD", harness.key(queue, "opsSeen"))).isEqualTo(1L);
  }

  @Test
  void the_results_of_producers_that_are_gone_are_swept() {
    for (String field : List.of("p:gone", "p:gone-too")) {
      harness.redis().command("HSET", harness.key(queue, "ops"), field, "7\tC");
      String seen = Long.toString(harness.now().minus(Duration.ofMinutes(11)).toEpochMilli());
      harness.redis().command("ZADD", harness.key(queue, "opsSeen"), seen, field);
    }

    EngineCalls.enqueue(harness.engine(), queue, EngineCalls.job());

    assertThat(kept()).singleElement().asString().doesNotStartWith("7\t");
  }
}
