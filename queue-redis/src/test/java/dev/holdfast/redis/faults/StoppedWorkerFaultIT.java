package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProxy;
import java.time.Duration;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of workers that stand still, or cannot extend, as in a long pause of the JVM. */
@Isolated("measures recovery")
class StoppedWorkerFaultIT extends FaultRig {
  private static final Counters CRASHED_ONCE = new Counters(0, 2, 1, 0, 0);

  @Fault(
      row = 5,
      what = "SIGSTOP past the lease, SIGCONT while another worker runs the job",
      must =
          "runs once more within L+R+J+B; the first learns that its lease is lost within H, its"
              + " outcome is refused, exactly one is accepted")
  void a_worker_stopped_past_its_lease_has_its_outcome_refused_and_learns_it(Observed observed) {
    WorkerProcess first = worker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess second = worker(1);

    first.signal("STOP");
    recovers(observed, "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    first.signal("CONT");
    long continued = System.nanoTime();
    awaitEvent("UNHEEDED", 1, 1);
    Duration told = Duration.ofNanos(System.nanoTime() - continued);
    assertThat(told).isLessThan(EXTEND.plus(Observed.SLACK));
    observed.figure("told " + told.toMillis() + " ms after SIGCONT");

    history.openGate(1);
    awaitEvent("END", 1, 2);
    awaitState(id, JobState.SUCCEEDED);
    awaitThat("the first is answered", () -> answered(first, "refused") == 1);
    awaitThat("the second is answered", () -> answered(second, "succeeded") == 1);
    assertThat(history.count("ANSWERED")).isEqualTo(2);
    assertThat(count("LOST", first)).isEqualTo(1);
    assertThat(history.lines()).contains("END 1 lost=true", "END 1 lost=false");
    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    verifyStored();
  }

  @Fault(
      row = 5,
      what = "SIGSTOP of the only worker past its lease, SIGCONT",
      must = "its late outcome is accepted, for nobody has reaped the job; it runs once")
  void the_late_outcome_of_a_lone_worker_is_accepted(Observed observed) {
    WorkerProcess alone = worker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);

    alone.signal("STOP");
    // Its next reap then finds the one before it so old that it opens a grace.
    Duration outage = REAP.multipliedBy(2).plus(JITTER);
    awaitThat(
        "lease and reap are over",
        () -> now() > leaseEnd(id) && now() > mark("last_reap") + outage.toMillis());
    observed.figure("late by " + (now() - leaseEnd(id)) + " ms or more");
    alone.signal("CONT");
    history.openGate(1);
    awaitState(id, JobState.SUCCEEDED);

    awaitThat("it is answered", () -> answered(alone, "succeeded") == 1);
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(history.lines()).contains("END 1 lost=false");
    verifyStored();
  }

  @Fault(
      row = 6,
      what = "SIGSTOP for less than L-H, SIGCONT",
      must = "no lease is lost, nothing runs twice")
  void a_worker_stopped_for_less_than_its_spare_time_loses_nothing(Observed observed) {
    WorkerProcess first = worker(1);
    // What is left of L-H after a late extension and a late signal.
    Duration most = LEASE.minus(EXTEND).minusMillis(300);
    for (int number = 1; ; number++) {
      JobId id = enqueue(number, "gate");
      awaitEvent("BEGIN", number, 1);
      if (number == 1) {
        worker(1);
      }
      Duration stopped = stop(first, Duration.ofMillis(800));
      history.openGate(number);
      awaitState(id, JobState.SUCCEEDED);
      if (stopped.compareTo(most) < 0) {
        observed.figure("stopped for " + stopped.toMillis() + " ms of " + most.toMillis());
        assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
        assertThat(history.count("BEGIN", number)).isEqualTo(1);
        assertThat(history.lines()).contains("END " + number + " lost=false");
        assertThat(history.count("LOST")).isZero();
        verifyStored();
        return;
      }
      assertThat(number).as("no stop was short enough; the machine is busy").isLessThan(4);
    }
  }

  private Duration stop(WorkerProcess worker, Duration time) {
    long start = System.nanoTime();
    worker.signal("STOP");
    awaitThat("it has stood still", () -> System.nanoTime() - start >= time.toNanos());
    worker.signal("CONT");
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Fault(
      row = 7,
      what = "SIGSTOP past the lease with the ack already sent; it arrives during the second run",
      must = "runs once more within L+R+J+B; the ack is refused by Redis and changes nothing")
  void an_ack_that_was_held_up_until_the_second_run_is_refused(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess first = worker(proxy.uri(), 1);
    JobId id = enqueue(1, "gates");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess second = worker(1);

    ProxyFault ack = proxy.on(acks()).holdCommand();
    history.openGate(1);
    ack.await(LONG);
    first.signal("STOP");
    recovers(observed, "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    ProxyFault answer = proxy.on(acks()).holdReply();
    ack.release();
    answer.await(LONG);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    answer.release();
    first.signal("CONT");
    awaitThat("the first is answered", () -> answered(first, "refused") == 1);
    assertThat(is(id, JobState.ACTIVE)).isTrue();

    history.openGate(1_001);
    awaitState(id, JobState.SUCCEEDED);
    awaitThat("the second is answered", () -> answered(second, "succeeded") == 1);
    assertThat(history.count("ANSWERED")).isEqualTo(2);
    verifyStored();
  }

  @Fault(
      row = 10,
      what = "extensions hang, all else works",
      must =
          "the handler learns that its lease is in doubt within L-H; runs once more within"
              + " L+R+J+B; the first run's late writes are refused")
  void a_handler_whose_lease_is_not_extended_learns_it_and_is_fenced_off(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess first = worker(proxy.uri(), 1);
    JobId id = enqueue(1, "fenced");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess second = worker(1);

    proxy.on(ScriptNames.calls("extend")).always().holdCommand();
    long held = System.nanoTime();
    observed.recoversWithin(
        LEASE.minus(EXTEND), "the lease is in doubt", () -> history.count("DOUBT", 1) == 1);
    observed.figure(
        "in doubt after " + Duration.ofNanos(System.nanoTime() - held).toMillis() + " ms");
    recovers(observed, held, "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    history.openGate(1);
    awaitThat("the first is answered", () -> answered(first, "refused") == 1);
    assertThat(history.lines()).contains("CHECKPOINT 1 refused", "END 1 lost=true");
    assertThat(is(id, JobState.ACTIVE)).isTrue();

    history.openGate(1_001);
    awaitState(id, JobState.SUCCEEDED);
    awaitThat("the second is answered", () -> answered(second, "succeeded") == 1);
    assertThat(history.lines()).contains("CHECKPOINT 1 stored", "END 1 lost=false");
    assertThat(history.count("ANSWERED")).isEqualTo(2);
    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    verifyStored();
  }
}
