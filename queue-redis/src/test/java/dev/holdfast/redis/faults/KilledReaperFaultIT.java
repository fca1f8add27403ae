package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.RedisProxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of workers that reap at the same time. */
@Isolated("measures recovery")
class KilledReaperFaultIT extends FaultRig {
  /** More than two passes take back. */
  private static final int JOBS = 250;

  @Fault(
      row = 16,
      what = "three reapers at once, one killed in its pass, 100 of 250 leases taken back",
      must = "each job is taken back exactly once and runs once more; the others finish the pass")
  void each_expired_lease_is_taken_back_once_though_a_reaper_dies_in_its_pass(Observed observed) {
    List<RedisProxy> proxies = List.of(proxy(), proxy(), proxy());
    // Its only slot is taken: it must not die with a job that it took back and claimed.
    WorkerProcess killed = worker(proxies.get(0).uri(), 1);
    JobId itsOwn = enqueue(0, "hang-once");
    awaitEvent("BEGIN", 0, 1);
    WorkerProcess holder = worker(JOBS);
    List<JobId> ids = new ArrayList<>();
    for (int number = 1; number <= JOBS; number++) {
      ids.add(enqueue(number, "hang-once"));
    }
    awaitThat("all have begun", () -> count("BEGIN", holder) == JOBS);
    List<WorkerProcess> others =
        proxies.subList(1, 3).stream().map(each -> starting(each.uri(), 20)).toList();
    others.forEach(this::awaitReady);

    holder.signal("KILL");
    long end = ids.stream().mapToLong(this::leaseEnd).max().orElseThrow();
    // From then on only the first reaper gets through, and is not answered.
    List<ProxyFault> waiting =
        proxies.subList(1, 3).stream()
            .map(
                each ->
                    each.on(ScriptNames.calls("reap").and(call -> isOver(end)))
                        .always()
                        .holdCommand())
            .toList();
    awaitFirstPass(proxies.get(0), end);
    killed.signal("KILL");
    waiting.forEach(ProxyFault::release);
    // The held reaps may have looked like an outage.
    recoversAfterOutage(
        observed, LEASE, "all begin again", () -> history.count("BEGIN") == 2L * (JOBS + 1));

    awaitThat("all are done", () -> holdfast.queue("work").stats().done() == JOBS + 1);
    ids.add(itsOwn);
    assertThat(ids)
        .allSatisfy(id -> assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0)));
    assertThat(count("REAPED", killed)).isZero();
    observed.figure("the other two took the rest in " + history.count("REAPED") + " passes");
    verifyStored();
  }

  /** Redis and this JVM share a clock. */
  private static boolean isOver(long end) {
    return System.currentTimeMillis() > end;
  }

  /** Waits until a pass of this reaper has taken jobs back, and keeps its answer. */
  private void awaitFirstPass(RedisProxy proxy, long end) {
    while (true) {
      ProxyFault answer = proxy.on(ScriptNames.calls("reap")).holdReply().await(LONG);
      if (leasesUntil(end) < JOBS) {
        return;
      }
      // Not its period yet, or a grace.
      answer.release();
    }
  }
}
