package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Worker;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.worker.WorkerHealth.Status;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of a snapshot that fails, after which Redis refuses all writes. */
@Isolated("measures recovery")
class FailingSnapshotFaultIT extends RedisFaultRig {
  @Fault(
      row = 34,
      what = "saving a snapshot fails: Redis answers MISCONF to every write, for longer than L",
      must =
          "health is DOWN and says MISCONF; enqueue refuses; outcomes are sent until they are"
              + " taken; nothing runs again; settled within L+R of a good snapshot")
  void outcomes_wait_until_redis_takes_writes_again(Observed observed) {
    Worker worker = workerHere(2);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);

    failToSave();
    assertThatThrownBy(() -> enqueue(2, "ok"))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("nothing was written")
        .hasMessageContaining("MISCONF");
    await().atMost(LONG).until(() -> worker.health().status() == Status.DOWN);
    assertThat(worker.health().reasons()).anyMatch(reason -> reason.contains("MISCONF"));
    history.openGate(1);
    awaitEvent("END", 1, 1);
    lasts(LEASE);
    assertThat(is(held, JobState.ACTIVE)).isTrue();

    command("CONFIG", "SET", "rdb-key-save-delay", "0");
    command("BGSAVE");
    observed.recoversWithin(
        LEASE.plus(REAP), "job 1 is settled", () -> is(held, JobState.SUCCEEDED));
    assertNotRunAgain(held);
    awaitState(enqueue(3, "ok"), JobState.SUCCEEDED);
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    awaitDrained();
    assertConsistent();
  }

  /** Kills the process that saves, as the kernel does when memory is short. */
  private void failToSave() {
    command("CONFIG", "SET", "save", "3600 1");
    // A second a key: it is still there when it is killed.
    command("CONFIG", "SET", "rdb-key-save-delay", "1000000");
    command("BGSAVE");
    List<ProcessHandle> children = ProcessHandle.of(redis.pid()).orElseThrow().children().toList();
    assertThat(children).hasSize(1);
    children.get(0).destroyForcibly();
    await().atMost(LONG).until(() -> info("persistence", "rdb_last_bgsave_status").equals("err"));
  }
}
