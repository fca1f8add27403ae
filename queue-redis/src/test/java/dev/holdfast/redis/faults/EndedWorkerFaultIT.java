package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of worker processes that are asked to end, as by a deploy. */
@Isolated("measures recovery")
class EndedWorkerFaultIT extends FaultRig {
  private static final Duration DRAIN = Duration.ofMillis(500);
  private static final Duration INTERRUPT = Duration.ofMillis(500);
  private static final String[] GRACES = {
    "drainGrace=" + DRAIN, "drainInterruptGrace=" + INTERRUPT
  };

  /** For outcomes to be written and threads to end, at most. */
  private static final Duration SETTLE = Duration.ofMillis(2_500);

  @Fault(
      row = 11,
      what = "SIGTERM; the handlers end within G",
      must = "all are acked, nothing more is claimed; the process ends within T+B of the last")
  void handlers_that_end_within_the_grace_are_acked_and_nothing_more_is_claimed(Observed observed) {
    WorkerProcess worker = worker(4, "drainGrace=PT20S");
    List<JobId> running = new ArrayList<>();
    for (int number = 1; number <= 4; number++) {
      running.add(enqueue(number, "gate"));
      awaitEvent("BEGIN", number, 1);
    }

    worker.signal("TERM");
    awaitThat("it ends", () -> count("ENDS", worker) == 1);
    List<JobId> waiting = new ArrayList<>();
    for (int number = 11; number <= 20; number++) {
      waiting.add(enqueue(number, "ok"));
    }
    for (int number = 1; number <= 4; number++) {
      history.openGate(number);
    }
    observed.recoversWithin(BLOCK.plus(COMMAND), "the process ends", () -> !worker.isAlive());

    assertThat(answered(worker, "succeeded")).isEqualTo(4);
    for (JobId id : running) {
      assertThat(is(id, JobState.SUCCEEDED)).isTrue();
      assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    }
    for (JobId id : waiting) {
      assertThat(is(id, JobState.READY)).isTrue();
      assertThat(status(id).counters()).isEqualTo(Counters.NONE);
    }
    verifyStored();
  }

  @Fault(
      row = 12,
      what = "SIGTERM; one handler heeds its interrupt after G, one heeds nothing",
      must =
          "handed back at G, and at G and the interrupt's grace; run elsewhere within B, not L; no"
              + " attempt spent, no crash")
  void handlers_that_outlast_the_grace_are_handed_back_at_once(Observed observed) {
    WorkerProcess ended = worker(2, GRACES);
    JobId heeding = enqueue(1, "hang-once");
    JobId deaf = enqueue(2, "gates");
    awaitEvent("BEGIN", 1, 1);
    awaitEvent("BEGIN", 2, 1);
    worker(2);

    ended.signal("TERM");
    long start = System.nanoTime();
    observed.recoversWithin(
        DRAIN.plus(BLOCK), "job 1 begins again", () -> history.count("BEGIN", 1) == 2);
    observed.recoversWithin(
        INTERRUPT.plus(BLOCK), "job 2 begins again", () -> history.count("BEGIN", 2) == 2);
    awaitThat("the process ends", () -> !ended.isAlive());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(took).isLessThan(DRAIN.plus(INTERRUPT).plus(SETTLE).plus(Observed.SLACK));
    observed.figure("process ended after " + took.toMillis() + " ms");

    history.openGate(1_002);
    for (JobId id : List.of(heeding, deaf)) {
      awaitState(id, JobState.SUCCEEDED);
      assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 0, 0, 0));
      assertThat(status(id).history()).isEmpty();
    }
    assertThat(answered(ended, "released")).isEqualTo(2);
    verifyStored();
  }

  @Fault(
      row = 13,
      what = "SIGTERM while Redis stands still",
      must =
          "the process ends within G, the interrupt's grace and 2.5 s; once Redis goes on, its job"
              + " runs again, handed back if that was sent, else reaped; no attempt spent")
  void a_worker_ends_in_time_while_redis_stands_still(Observed observed) {
    WorkerProcess ended = worker(1, GRACES);
    JobId id = enqueue(1, "hang-once");
    awaitEvent("BEGIN", 1, 1);

    redis.pause();
    endsInTime(ended, observed);
    redis.resume();
    worker(1);
    recoversAfterOutage(
        observed, LEASE, "job 1 begins again", () -> history.count("BEGIN", 1) == 2);
    awaitState(id, JobState.SUCCEEDED);

    Counters counters = status(id).counters();
    assertThat(counters.claims()).isEqualTo(2);
    assertThat(counters.failures()).isZero();
    observed.figure(counters.crashes() == 0 ? "handed back" : "reaped");
    verifyStored();
  }

  @Fault(
      row = 13,
      what = "SIGTERM while Redis is down",
      must =
          "the process ends within G, the interrupt's grace and 2.5 s; its job is reaped and runs"
              + " again, within L+R+J+B after Redis and a worker are back and a grace")
  void a_worker_ends_in_time_without_redis_and_its_job_is_reaped(Observed observed) {
    WorkerProcess ended = worker(1, GRACES);
    JobId id = enqueue(1, "hang-once");
    awaitEvent("BEGIN", 1, 1);

    redis.kill();
    endsInTime(ended, observed);
    redis.restart();
    worker(1);
    recoversAfterOutage(
        observed, LEASE, "job 1 begins again", () -> history.count("BEGIN", 1) == 2);
    awaitState(id, JobState.SUCCEEDED);

    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
    verifyStored();
  }

  private void endsInTime(WorkerProcess ended, Observed observed) {
    ended.signal("TERM");
    long start = System.nanoTime();
    awaitThat("the process ends", () -> !ended.isAlive());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(took).isLessThan(DRAIN.plus(INTERRUPT).plus(SETTLE).plus(Observed.SLACK));
    observed.figure("process ended after " + took.toMillis() + " ms");
  }
}
