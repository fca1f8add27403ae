package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of killed worker processes. */
@Isolated("measures recovery")
class KilledWorkerFaultIT extends FaultRig {
  private static final Counters CRASHED_ONCE = new Counters(0, 2, 1, 0, 0);

  @Fault(
      row = 1,
      what = "SIGKILL in the middle of a handler",
      must = "runs once more within L+R+J+B; one crash, no failure")
  void a_job_of_a_killed_worker_runs_once_more(Observed observed) {
    WorkerProcess first = worker(1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    worker(1);

    first.signal("KILL");
    recovers(observed, "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    history.openGate(1);
    awaitState(id, JobState.SUCCEEDED);

    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    assertThat(status(id).history())
        .singleElement()
        .satisfies(crash -> assertThat(crash.failure().type()).isEqualTo("holdfast.crash"));
    assertThat(history.count("END", 1)).isEqualTo(1);
    verifyStored();
  }

  @Fault(
      row = 2,
      what = "SIGKILL while the claim's answer is on its way",
      must = "runs once, within L+R+J+B, on another worker; the lost claim counts as a crash")
  void a_claim_that_its_worker_never_heard_of_is_taken_back(Observed observed) {
    WorkerProcess other = worker(1);
    JobId first = enqueue(99, "gate");
    holder(99, List.of(other));
    RedisProxy proxy = proxy();
    WorkerProcess killed = worker(proxy.uri(), 1);

    ProxyFault turn = proxy.on(ScriptNames.calls("turn")).holdCommand().await(LONG);
    ProxyFault answer = proxy.on(ScriptNames.calls("turn")).holdReply();
    JobId id = enqueue(1, "ok");
    turn.release();
    answer.await(LONG);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    assertThat(history.count("BEGIN", 1)).isZero();
    killed.signal("KILL");
    long start = System.nanoTime();
    history.openGate(99);
    recovers(observed, start, "job 1 begins", () -> history.count("BEGIN", 1) == 1);
    awaitState(id, JobState.SUCCEEDED);

    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    awaitState(first, JobState.SUCCEEDED);
    verifyStored();
  }

  @Fault(
      row = 3,
      what = "SIGKILL after the handler's end, before its ack arrives",
      must = "runs once more within L+R+J+B; one crash, no failure")
  void a_job_whose_ack_died_with_its_worker_runs_once_more(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess killed = worker(proxy.uri(), 1);
    JobId id = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    WorkerProcess other = worker(1);

    ProxyFault ack = proxy.on(acks()).holdCommand();
    history.openGate(1);
    ack.await(LONG);
    assertThat(history.count("END", 1)).isEqualTo(1);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    killed.signal("KILL");
    recovers(observed, "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    awaitState(id, JobState.SUCCEEDED);

    awaitThat("the other is answered", () -> answered(other, "succeeded") == 1);
    assertThat(history.count("BEGIN", 1)).isEqualTo(2);
    assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE);
    verifyStored();
  }

  @Fault(
      row = 15,
      what = "SIGKILL of all workers, none for 10 L (2 L in a short run), then one",
      must = "all runs again, a job due meanwhile too, within a grace of H+1 s and R+J+B")
  void one_worker_recovers_what_all_workers_left(Observed observed) {
    List<WorkerProcess> killed = workers(2, 2);
    List<JobId> ids = new ArrayList<>();
    for (int number = 1; number <= 4; number++) {
      ids.add(enqueue(number, "hang-once"));
    }
    for (int number = 1; number <= 4; number++) {
      awaitEvent("BEGIN", number, 1);
    }
    // The workers watch over its due time; that watch dies with them.
    ids.add(holdfast.enqueue(new Work(5, "ok"), EnqueueOptions.in(Duration.ofSeconds(2))).id());

    killed.forEach(each -> each.signal("KILL"));
    long start = System.nanoTime();
    Duration alone = LEASE.multipliedBy(FULL ? 10 : 2);
    awaitThat("nobody works", () -> System.nanoTime() - start > alone.toNanos());
    WorkerProcess restarted = worker(8);
    recoversAfterOutage(
        observed, Duration.ZERO, "all run again", () -> count("BEGIN", restarted) == 5);

    for (JobId id : ids) {
      awaitState(id, JobState.SUCCEEDED);
    }
    assertThat(ids.subList(0, 4))
        .allSatisfy(id -> assertThat(status(id).counters()).isEqualTo(CRASHED_ONCE));
    assertThat(status(ids.get(4)).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    verifyStored();
  }
}
