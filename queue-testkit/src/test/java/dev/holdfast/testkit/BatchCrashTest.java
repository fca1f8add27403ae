package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.worker.BatchOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the jobs of a batch whose worker dies. */
@Timeout(60)
@HoldfastTest
class BatchCrashTest {
  @JobType(value = "index", queue = "index")
  record Index(int number) {}

  @Test
  void a_job_that_kills_its_process_does_not_take_its_batch_to_the_dead_letters(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    for (int death = 0; death < 3; death++) {
      workers.crashAfter("poison");
    }
    for (int worker = 0; worker < 4; worker++) {
      workers.start(
          made ->
              made.batchHandler(
                      Index.class,
                      BatchOptions.of(6, Duration.ofMillis(20)),
                      batch -> {
                        if (batch.stream().anyMatch(item -> item.payload().number() == 3)) {
                          workers.crashPoint("poison");
                        }
                      })
                  .queue("index", 6));
    }
    List<JobId> ids =
        IntStream.range(0, 6).mapToObj(n -> holdfast.enqueue(new Index(n)).id()).toList();

    engine.letPass(Duration.ofHours(1));

    for (int n = 0; n < 6; n++) {
      JobStatus status = holdfast.status(ids.get(n)).orElseThrow();
      assertThat(status.state()).isEqualTo(n == 3 ? JobState.DEAD : JobState.SUCCEEDED);
      assertThat(status.counters().failures()).isZero();
    }
    assertThat(holdfast.status(ids.get(3)).orElseThrow().reason()).isEqualTo(StateReason.POISON);
  }
}
