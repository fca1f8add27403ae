package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of killed worker processes. */
@Isolated("measures recovery")
class KilledWorkerFaultIT extends FaultRig {
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

    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
    assertThat(status(id).history())
        .singleElement()
        .satisfies(crash -> assertThat(crash.failure().type()).isEqualTo("holdfast.crash"));
    assertThat(history.count("END", 1)).isEqualTo(1);
    verifyStored();
  }
}
