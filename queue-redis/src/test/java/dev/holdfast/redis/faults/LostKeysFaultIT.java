package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkHandler;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.worker.WorkerHealth.Status;
import java.time.Duration;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of keys that somebody else deletes or overwrites under a running worker. */
@Isolated("measures recovery")
class LostKeysFaultIT extends RedisFaultRig {
  @Fault(
      row = 44,
      what = "FLUSHALL under a running job",
      must =
          "the job is gone: its handler is told, its outcome changes nothing; the worker lives and"
              + " new jobs run within B")
  void a_worker_outlives_a_flush_of_everything(Observed observed) {
    Worker worker = workerHere(2);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    command("FLUSHALL");
    enqueue(2, "ok");
    observed.recoversWithin(BLOCK, "job 2 runs", () -> history.count("END", 2) == 1);
    // An extension was told that nobody knows the claim.
    awaitEvent("UNHEEDED", 1, 1);
    history.openGate(1);
    awaitEvent("END", 1, 1);
    awaitDrained();
    assertThat(holdfast.status(held)).isEmpty();
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    awaitState(enqueue(3, "ok"), JobState.SUCCEEDED);
    assertConsistent();
  }

  @Fault(
      row = 44,
      what = "a key of one queue is overwritten with another type under a running job",
      must =
          "that queue is reported as unusable, the other goes on; once the key is back, so does the"
              + " queue, and the job's outcome counts")
  void a_queue_with_a_key_of_the_wrong_type_stands_still_alone(Observed observed) {
    Holdfast own =
        closing(
            Holdfast.on(
                RedisEngine.connect(
                    WorkerMain.options(redis.uri(), NAMESPACE, SHORT_COMMAND, RECONNECT))));
    Worker worker =
        closing(
            Worker.on(own)
                .handler(new WorkHandler(history))
                .queue("work", 2)
                .queue("other", 2)
                .options(WorkerMain.shortLeases().build())
                .start());
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    command("RENAME", key("leases"), "kept");
    command("SET", key("leases"), "no set of ours");
    await().atMost(LONG).until(() -> worker.health().status() == Status.DEGRADED);
    assertThat(worker.health().reasons())
        .anyMatch(reason -> reason.contains("queue work cannot be used"));
    JobId other =
        holdfast.enqueue(new Work(2, "ok"), EnqueueOptions.defaults().queue("other")).id();
    awaitState(other, JobState.SUCCEEDED);

    command("DEL", key("leases"));
    command("RENAME", "kept", key("leases"));
    history.openGate(1);
    // A queue that cannot be used is looked at again every 5 s.
    observed.recoversWithin(
        Duration.ofSeconds(5), "job 1 is settled", () -> is(held, JobState.SUCCEEDED));
    assertNotRunAgain(held);
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    assertConsistent();
  }

  @Fault(
      row = 44,
      what = "the body of a running job is deleted, and its worker is killed",
      must = "another worker finds it without a body: dead, MISSING, within L+R+J+B; others run")
  void a_job_that_lost_its_body_is_dead_when_it_would_run_again(Observed observed) {
    WorkerProcess first = worker(1);
    JobId lost = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    worker(1);
    command("HDEL", key("jobs"), lost.key());
    first.signal("KILL");
    observed.recoversWithin(RECOVERY, "job 1 is dead", () -> is(lost, JobState.DEAD));
    assertThat(status(lost).reason()).isEqualTo(StateReason.MISSING);
    awaitState(enqueue(2, "ok"), JobState.SUCCEEDED);
    assertConsistent();
  }

  @Fault(
      row = 44,
      what = "the body of a running job is deleted, and its handler returns",
      must = "it has succeeded: the body is not needed any more")
  void a_job_that_lost_its_body_may_still_end(Observed observed) {
    workerHere(1);
    JobId lost = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    command("HDEL", key("jobs"), lost.key());
    history.openGate(1);
    awaitState(lost, JobState.SUCCEEDED);
    assertNotRunAgain(lost);
    assertConsistent();
    observed.figure("claims 1");
  }
}
