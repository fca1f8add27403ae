package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A cancel that comes after the engine has given a job out and before the worker knows: its hint
 * finds nobody who holds the job, and for the first claims of a worker nobody who listens. It must
 * not wait for the next extension.
 */
class EarlyCancelTest {
  @JobType("stubborn")
  record Stubborn(int number) {}

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final List<JobId> ids = new ArrayList<>();
  private final Holdfast holdfast = Holdfast.on(cancellingWhatIsClaimed());

  @AfterEach
  void close() {
    holdfast.close();
  }

  @Test
  void a_job_cancelled_while_its_claim_is_on_its_way_is_told_at_once() {
    WorkerOptions patient =
        WorkerOptions.builder()
            .lease(Duration.ofSeconds(90))
            .extendPeriod(Duration.ofSeconds(30))
            .closeOnShutdown(false)
            .build();
    for (int n = 0; n < 3; n++) {
      ids.add(holdfast.enqueue(new Stubborn(n)).id());
    }
    Worker worker =
        Worker.on(holdfast)
            .handler(
                Stubborn.class,
                (job, context) ->
                    assertThat(new CountDownLatch(1).await(1, TimeUnit.HOURS)).isTrue())
            .queue("default", 1)
            .options(patient)
            .start();
    try {
      // One after the other: nobody listens yet for the first, and the others are not yet held.
      for (JobId id : ids) {
        await()
            .atMost(Duration.ofSeconds(15))
            .pollInterval(Duration.ofMillis(2))
            .until(() -> holdfast.status(id).orElseThrow().state() == JobState.CANCELLED);
      }
    } finally {
      worker.close();
    }
  }

  private Engine cancellingWhatIsClaimed() {
    Claiming claiming =
        Delegates.delegate(
            Claiming.class,
            engine.claiming(),
            result -> {
              if (result instanceof TurnReply reply) {
                for (Claim claim : reply.claims()) {
                  ids.stream()
                      .filter(id -> id.key().equals(claim.held().key()))
                      .forEach(
                          id ->
                              engine
                                  .control()
                                  .cancel(QueueRef.of(id), id.key(), Retention.STANDARD));
                }
              }
              return result;
            });
    return Delegates.delegate(
        Engine.class, engine, result -> result instanceof Claiming ? claiming : result);
  }
}
