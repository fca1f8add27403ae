package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.BatchItem;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.BatchOptions;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls whose jobs end in many ways: each job ends as it was told, whatever its neighbours do. */
@Timeout(60)
class BatchMixTest {
  private static final int JOBS = 60;
  private static final int ATTEMPTS = 3;

  @JobType(value = "mixed", queue = "mixed")
  record Mixed(int number) {}

  /** What a handler tells one item. */
  private enum End {
    NOTHING,
    SUCCEED,
    RESULT,
    FAIL,
    FAIL_FOR_GOOD,
    RETRY_AT,
    SNOOZE,
    DISCARD,
    BURY
  }

  /**
   * How a job should stand.
   *
   * @param end its final state, or null
   */
  private record Expected(int failures, int snoozes, @Nullable JobState end) {
    static final Expected FRESH = new Expected(0, 0, null);

    Expected after(End told, boolean thrown) {
      return switch (told) {
        case NOTHING -> thrown ? failed() : ends(JobState.SUCCEEDED);
        case SUCCEED, RESULT -> ends(JobState.SUCCEEDED);
        case FAIL, RETRY_AT -> failed();
        case FAIL_FOR_GOOD, BURY -> new Expected(failures + 1, snoozes, JobState.DEAD);
        case SNOOZE -> new Expected(failures, snoozes + 1, null);
        case DISCARD -> ends(JobState.CANCELLED);
      };
    }

    private Expected ends(JobState state) {
      return new Expected(failures, snoozes, state);
    }

    private Expected failed() {
      return new Expected(failures + 1, snoozes, failures + 1 == ATTEMPTS ? JobState.DEAD : null);
    }
  }

  private final ManualTime time = ManualTime.create();
  private final Map<Integer, Expected> expected = new ConcurrentHashMap<>();

  static IntStream seeds() {
    return IntStream.range(0, 25);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void each_job_ends_as_it_was_told(int seed) {
    Random random = new Random(seed);
    int maxItems = 1 + random.nextInt(12);
    BatchOptions batch = BatchOptions.of(maxItems, Duration.ofMillis(1 + random.nextInt(5)));
    HandlerOptions options =
        HandlerOptions.builder()
            .retryPolicy(
                RetryPolicy.exponential(ATTEMPTS, Duration.ofSeconds(1), Duration.ofMinutes(1)))
            .concurrency(1 + random.nextInt(4))
            .build();
    try (InMemoryEngine engine = InMemoryEngine.on(time);
        Holdfast holdfast = Holdfast.on(engine, HoldfastOptions.builder().clock(time).build())) {
      List<JobId> ids =
          IntStream.range(0, JOBS).mapToObj(n -> holdfast.enqueue(new Mixed(n)).id()).toList();
      try (Worker worker =
          Worker.on(holdfast)
              .batchHandler(Mixed.class, batch, options, items -> handle(seed, maxItems, items))
              .queue("mixed", 1 + random.nextInt(30))
              .start()) {
        engine.letPass(Duration.ofMinutes(50));
        assertThat(worker.health().running()).isZero();
      }
      for (int n = 0; n < JOBS; n++) {
        JobStatus status = holdfast.status(ids.get(n)).orElseThrow();
        assertThat(
                new Expected(
                    status.counters().failures(), status.counters().snoozes(), status.state()))
            .as("job %s", n)
            .isEqualTo(expected.get(n));
      }
    }
  }

  private void handle(int seed, int maxItems, List<BatchItem<Mixed>> items) throws IOException {
    assertThat(items).hasSizeBetween(1, maxItems);
    boolean throwing = random(seed, items.get(0)).nextInt(3) == 0;
    for (BatchItem<Mixed> item : items) {
      Random random = random(seed + 1, item);
      End end = End.values()[random.nextInt(End.values().length)];
      tell(item, end);
      if (end != End.NOTHING && random.nextBoolean()) {
        // Too late: the first one stands.
        tell(item, End.BURY);
      }
      expected.merge(
          item.payload().number(),
          Expected.FRESH.after(end, throwing),
          (before, unused) -> before.after(end, throwing));
    }
    if (throwing) {
      throw new IOException("the call failed");
    }
  }

  private static Random random(int seed, BatchItem<Mixed> item) {
    int run = item.counters().claims();
    return new Random(seed * 1_000_003L + item.payload().number() * 1_009L + run);
  }

  private void tell(BatchItem<Mixed> item, End end) {
    switch (end) {
      case NOTHING -> {}
      case SUCCEED -> item.succeed();
      case RESULT -> item.succeed(item.payload());
      case FAIL -> item.fail(new IOException("failed"));
      case FAIL_FOR_GOOD -> item.fail(new NonRetriableException("never"));
      case RETRY_AT -> item.retryAt(time.instant().plus(Duration.ofSeconds(90)));
      case SNOOZE -> item.snooze(Duration.ofSeconds(30));
      case DISCARD -> item.discard("not needed");
      case BURY -> item.bury("bad");
    }
  }
}
