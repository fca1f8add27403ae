package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the in-memory engine promises beyond the contract. */
class InMemoryEngineTest {
  private static final QueueRef QUEUE = QueueRef.of("mail");
  private static final String KEY = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";

  private static CompletableFuture<EnqueueReply> enqueue(
      InMemoryEngine engine, NewJob.Start start, byte[] envelope) {
    NewJob job = new NewJob(KEY, "test.job", Priority.NORMAL, start, null, false, envelope);
    return engine.intake().enqueue(QUEUE, List.of(job), 100, Duration.ofSeconds(1)).get(0);
  }

  private static List<Claim> claim(InMemoryEngine engine, long turn) {
    return engine
        .claiming()
        .turn(
            new Turn(
                QUEUE,
                "w1",
                turn,
                false,
                List.of(),
                List.of(),
                5,
                true,
                Duration.ofSeconds(30),
                Duration.ZERO,
                Retention.STANDARD))
        .claims();
  }

  @Test
  void the_same_acts_give_the_same_tokens() {
    List<String> tokens =
        Stream.of(1, 2)
            .map(
                run -> {
                  InMemoryEngine engine = InMemoryEngine.on(ManualTime.create());
                  enqueue(engine, NewJob.Start.NOW, new byte[0]);
                  return claim(engine, 1).get(0).held().token().toString();
                })
            .toList();

    assertThat(tokens.get(0)).isEqualTo(tokens.get(1));
  }

  @Test
  void what_a_caller_does_to_its_bytes_later_changes_nothing() {
    InMemoryEngine engine = InMemoryEngine.on(ManualTime.create());
    byte[] envelope = {1, 2, 3};
    enqueue(engine, NewJob.Start.NOW, envelope);
    envelope[0] = 9;
    claim(engine, 1).get(0).envelope()[1] = 9;

    assertThat(engine.control().find(QUEUE, KEY).orElseThrow().envelope()).containsExactly(1, 2, 3);
  }

  @Test
  void a_closed_engine_refuses_and_ends_the_waiting_at_bells() throws Exception {
    InMemoryEngine engine = InMemoryEngine.create();
    Bells bells = engine.openBells("w1");
    CompletableFuture<Optional<QueueRef>> waiting =
        CompletableFuture.supplyAsync(() -> bells.await(Set.of(QUEUE), Duration.ofSeconds(20)));
    engine.close();
    engine.close();

    try {
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
    } catch (ExecutionException cameLate) {
      assertThat(cameLate).hasCauseInstanceOf(EngineUnavailableException.class);
    }
    assertThat(enqueue(engine, NewJob.Start.NOW, new byte[0])).isCompletedExceptionally();
    assertThatThrownBy(() -> engine.control().stats(QUEUE))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void time_does_not_pass_on_the_system_clock() {
    InMemoryEngine engine = InMemoryEngine.create();

    assertThatThrownBy(() -> engine.letPass(Duration.ofDays(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("system's clock");
  }

  @Test
  void time_passes_over_queues_that_are_empty_or_paused() {
    ManualTime time = ManualTime.create();
    InMemoryEngine engine = InMemoryEngine.on(time);
    enqueue(engine, new NewJob.Start(Duration.ofHours(1), null), new byte[0]);
    engine.control().pause(QUEUE, true);

    engine.letPass(Duration.ofDays(1));

    assertThat(time.instant()).isEqualTo(ManualTime.START.plus(Duration.ofDays(1)));
  }

  @Test
  void a_description_tells_the_clock() {
    assertThat(InMemoryEngine.create().describe()).isEqualTo("memory");
    assertThat(InMemoryEngine.on(ManualTime.create()).describe())
        .isEqualTo("memory, ManualTime at 2030-01-01T00:00:00Z");
  }
}
