package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.CancelResult;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.redis.WorkerProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of a Redis that has reached maxmemory and evicts nothing. */
@Isolated("measures recovery and memory")
class FullMemoryFaultIT extends RedisFaultRig {
  /** A payload: modes that no handler knows do nothing. */
  private static final String BIG = "x".repeat(20_000);

  @Fault(
      row = 35,
      what = "maxmemory is reached, noeviction",
      must =
          "enqueue is refused as QueueFullException with nothing written; pause, cancel, claim,"
              + " extend and ack work; the queue drains and memory falls; then enqueue works again")
  void a_full_redis_takes_nothing_in_and_lets_everything_out(Observed observed) {
    WorkerProcess worker = hastyWorker(8);
    JobId held = enqueue(0, "gate");
    awaitEvent("BEGIN", 0, 1);
    holdfast.queue("work").pause();
    String limit = Long.toString(used() + 4_000_000);
    command("CONFIG", "SET", "maxmemory", limit);
    List<JobId> jobs = fill();
    long jobsStored = number("HLEN", key("jobs"));
    assertThat(jobsStored).isEqualTo(jobs.size() + 1L);
    // Not a byte is free from here on, however much is freed.
    command("CONFIG", "SET", "maxmemory", "1");
    long before = used();

    assertThat(holdfast.queue("work").stats().paused()).isTrue();
    assertThat(holdfast.cancel(jobs.get(0))).isEqualTo(CancelResult.CANCELLED);
    lasts(LEASE.plus(REAP));
    assertThat(history.count("BEGIN")).as("begun while paused").isEqualTo(1);
    holdfast.queue("work").resume();
    observed.recoversWithin(BLOCK, "jobs begin", () -> history.count("BEGIN") > 1);
    assertThatThrownBy(() -> enqueue(9_999, "ok")).isInstanceOf(QueueFullException.class);
    history.openGate(0);
    awaitDrained();

    assertThat(worker.isAlive()).isTrue();
    assertNotRunAgain(held);
    assertThat(is(jobs.get(0), JobState.CANCELLED)).isTrue();
    assertThat(jobs.subList(1, jobs.size())).allMatch(id -> is(id, JobState.SUCCEEDED));
    assertThat(begins().values()).containsOnly(1);
    assertThat(holdfast.queue("work").stats().dead()).isZero();
    long after = used();
    assertThat(after).isLessThan(before - jobs.size() * 15_000L);
    assertConsistent();
    command("CONFIG", "SET", "maxmemory", limit);
    awaitState(enqueue(9_998, "ok"), JobState.SUCCEEDED);
    observed.figure(
        jobs.size() + " jobs drained, used memory " + before / 1024 + " KiB to " + after / 1024);
  }

  /** Enqueues until Redis refuses. */
  private List<JobId> fill() {
    List<JobId> jobs = new ArrayList<>();
    while (true) {
      try {
        jobs.add(enqueue(jobs.size() + 1, BIG));
      } catch (QueueFullException full) {
        assertThat(full).hasMessageContaining("maxmemory");
        return jobs;
      }
    }
  }

  private long used() {
    return Long.parseLong(info("memory", "used_memory"));
  }
}
