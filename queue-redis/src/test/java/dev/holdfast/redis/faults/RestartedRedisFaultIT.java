package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a Redis whose process is killed and comes back with its append-only file. */
@Isolated("measures recovery")
class RestartedRedisFaultIT extends RedisFaultRig {
  private static final Duration OUTAGE = Duration.ofMillis(500);

  @Fault(
      row = 30,
      what = "Redis killed under load, appendfsync everysec, and back after 0.5 s",
      must =
          "no acknowledged job is lost, each runs once; outcome unknown only for calls in flight;"
              + " workers go on within C+T by themselves")
  void a_redis_that_syncs_every_second_loses_nothing_when_it_is_killed(Observed observed) {
    killUnderLoad(observed);
  }

  @Fault(
      row = 30,
      what = "Redis killed under load, appendfsync always, and back after 0.5 s",
      must = "as with everysec")
  void a_redis_that_always_syncs_loses_nothing_when_it_is_killed(Observed observed) {
    command("CONFIG", "SET", "appendfsync", "always");
    killUnderLoad(observed);
  }

  private void killUnderLoad(Observed observed) {
    List<WorkerProcess> workers = List.of(hastyWorker(8), hastyWorker(8));
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    Load load = load(4);
    await().atMost(LONG).until(() -> load.acknowledged().size() >= 200);

    redis.kill();
    lasts(OUTAGE);
    long begun = history.count("BEGIN");
    redis.restart();
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "jobs begin again", () -> history.count("BEGIN") > begun);
    int before = load.acknowledged().size();
    await().atMost(LONG).until(() -> load.acknowledged().size() >= before + 100);
    load.stop();
    history.openGate(1);
    awaitDrained();

    assertThat(workers).allMatch(WorkerProcess::isAlive);
    assertThat(load.unknown()).hasSizeLessThanOrEqualTo(load.threads());
    assertEachRanOnce(load);
    awaitState(held, JobState.SUCCEEDED);
    assertNotRunAgain(held);
    assertConsistent();
    observed.figure(
        "lost 0 of " + load.acknowledged().size() + ", unknown " + load.unknown().size());
  }

  @Fault(
      row = 30,
      what = "Redis killed and back after 0.9 L",
      must = "no job of a live worker runs again")
  void an_outage_shorter_than_a_lease_runs_nothing_again(Observed observed) {
    hastyWorker(2);
    hastyWorker(2);
    List<JobId> held = List.of(enqueue(1, "gate"), enqueue(2, "gate"), enqueue(3, "gate"));
    awaitEvent("BEGIN", 3, 1);

    redis.kill();
    lasts(LEASE.multipliedBy(9).dividedBy(10));
    redis.restart();
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));

    List.of(1, 2, 3).forEach(history::openGate);
    held.forEach(id -> awaitState(id, JobState.SUCCEEDED));
    held.forEach(this::assertNotRunAgain);
    observed.figure("run again 0 of 3");
  }

  @Fault(
      row = 30,
      what = "Redis killed and back after 1.5 L; meanwhile a worker is killed, too",
      must =
          "jobs of the live worker do not run again: it extends them within the grace; those of the"
              + " killed one do, within C+R+J+H+1s+B")
  void an_outage_longer_than_a_lease_runs_only_jobs_of_dead_workers_again(Observed observed) {
    WorkerProcess dead = hastyWorker(1);
    JobId orphan = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    hastyWorker(2);
    JobId held = enqueue(2, "gate");
    awaitEvent("BEGIN", 2, 1);

    redis.kill();
    dead.signal("KILL");
    lasts(LEASE.multipliedBy(3).dividedBy(2));
    redis.restart();
    observed.recoversWithin(
        RECONNECT.plus(REAP).plus(JITTER).plus(GRACE).plus(BLOCK),
        "job 1 begins again",
        () -> history.count("BEGIN", 1) >= 2);

    history.openGate(1);
    history.openGate(2);
    awaitState(orphan, JobState.SUCCEEDED);
    awaitState(held, JobState.SUCCEEDED);
    assertNotRunAgain(held);
    assertThat(status(orphan).counters().crashes()).isEqualTo(1);
    assertConsistent();
  }
}
