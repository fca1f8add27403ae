package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of the clocks of workers and producers, by which no lease and no delay is judged. */
@Isolated("measures delays")
class ClientClockFaultIT extends RedisFaultRig {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DELAY = Duration.ofSeconds(1);

  @Fault(
      row = 46,
      what = "a worker's clock is an hour ahead, then jumps to an hour behind",
      must = "no lease is lost; a delayed job and a retry come when they are due, not an hour off")
  @Tag("os")
  void the_clock_of_a_worker_decides_nothing(Observed observed) {
    ShiftedClock clock = ShiftedClock.compile(directory());
    clock.shift(HOUR);
    workerWith(WorkerMain.periods(SHORT_COMMAND, LEASE), clock.environment(), 3);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    assertRunsWhenDue(observed, holdfast, 10);
    clock.shift(HOUR.negated());
    assertRunsWhenDue(observed, holdfast, 20);
    awaitReapsFor(LEASE.plus(REAP));

    history.openGate(1);
    awaitState(held, JobState.SUCCEEDED);
    assertNotRunAgain(held);
    // The failure was recorded by the worker's clock: it was really off.
    Instant failed = status(ids.get(1)).history().get(0).at();
    assertThat(Duration.between(failed, InstantSource.system().instant()).abs())
        .isGreaterThan(HOUR.dividedBy(2));
    assertConsistent();
  }

  private final List<JobId> ids = new ArrayList<>();

  @Fault(
      row = 46,
      what =
          "a producer's clock is an hour ahead, another's behind; a worker's zone has a DST change",
      must = "delays are kept: they are sent as lengths, not as instants")
  void the_clock_of_a_producer_and_the_zone_of_a_worker_decide_nothing(Observed observed) {
    List<String> options = new ArrayList<>(WorkerMain.periods(SHORT_COMMAND, LEASE));
    options.add("-Duser.timezone=Australia/Lord_Howe");
    workerWith(options, Map.of(), 3);
    assertRunsWhenDue(observed, shifted(HOUR), 10);
    assertRunsWhenDue(observed, shifted(HOUR.negated()), 20);
    assertConsistent();
  }

  private Holdfast shifted(Duration by) {
    InstantSource clock = () -> InstantSource.system().instant().plus(by);
    return closing(
        Holdfast.on(
            RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)),
            HoldfastOptions.builder().clock(clock).build()));
  }

  /** A job in a second, and one that fails once and has a backoff of at most 50 ms. */
  private void assertRunsWhenDue(Observed observed, Holdfast by, int number) {
    long start = System.nanoTime();
    JobId later = by.enqueue(new Work(number, "ok"), EnqueueOptions.in(DELAY)).id();
    JobId retried = by.enqueue(new Work(number + 1, "error")).id();
    ids.add(later);
    ids.add(retried);
    awaitState(retried, JobState.SUCCEEDED);
    observed.recoversWithin(
        DELAY.plus(BLOCK), "job " + number + " runs", () -> history.count("END", number) == 1);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(DELAY);
    assertThat(status(retried).counters().failures()).isEqualTo(1);
    awaitState(later, JobState.SUCCEEDED);
  }
}
