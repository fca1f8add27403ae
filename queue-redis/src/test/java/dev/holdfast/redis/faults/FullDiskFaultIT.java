package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Worker;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.worker.WorkerHealth.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a disk with no room for the append-only file. */
@Isolated("measures recovery")
@Tag("os")
class FullDiskFaultIT extends RedisFaultRig {
  private SmallDisk disk;

  @Override
  void configure(RedisServerOptions.Builder options) {
    disk = closing(SmallDisk.over(memory()));
    options.executable(
        disk.around(
            Machine.program("redis-server", "redis-server"), directory().resolve("redis-on-disk")));
  }

  @Fault(
      row = 33,
      what = "the disk of the append-only file is full for longer than a lease, everysec",
      must =
          "enqueue refuses, saying MISCONF; handlers end and their outcomes are sent until they are"
              + " taken; nothing runs again; settled within L+R of room")
  void outcomes_wait_for_room_on_the_disk(Observed observed) {
    Worker worker = workerHere(2);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);

    disk.fill();
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> enqueue(2, "ok"))
                    .isInstanceOf(EngineUnavailableException.class)
                    .hasMessageContaining("nothing was written")
                    .hasMessageContaining("MISCONF"));
    await().atMost(LONG).until(() -> worker.health().status() == Status.DOWN);
    assertThat(worker.health().reasons()).anyMatch(reason -> reason.contains("MISCONF"));
    history.openGate(1);
    awaitEvent("END", 1, 1);
    lasts(LEASE.plus(REAP).plus(JITTER));
    assertThat(is(held, JobState.ACTIVE)).isTrue();

    disk.free();
    observed.recoversWithin(
        LEASE.plus(REAP), "job 1 is settled", () -> is(held, JobState.SUCCEEDED));
    assertNotRunAgain(held);
    JobId next = enqueue(3, "ok");
    awaitState(next, JobState.SUCCEEDED);
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    awaitDrained();
    assertConsistent();
  }

  @Fault(
      row = 33,
      what = "the disk is full, appendfsync always: Redis ends itself, and is started with room",
      must = "no acknowledged job is lost; nothing runs again; workers go on within C+T")
  void a_redis_that_ends_for_want_of_room_has_kept_what_it_acknowledged(Observed observed) {
    command("CONFIG", "SET", "appendfsync", "always");
    workerHere(8);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    Load load = load(2);
    await().atMost(LONG).until(() -> load.acknowledged().size() >= 50);

    disk.fill();
    await("Redis has ended").atMost(LONG).until(() -> !redis.isRunning());
    disk.free();
    long begun = history.count("BEGIN");
    redis.restart();
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "jobs begin again", () -> history.count("BEGIN") > begun);
    load.stop();
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));
    history.openGate(1);
    awaitDrained();

    assertEachRanOnce(load);
    assertNotRunAgain(held);
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertConsistent();
    observed.figure("lost 0 of " + load.acknowledged().size());
  }
}
