package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueResult;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.StoredQueue;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import dev.holdfast.testkit.redis.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of an append-only file that comes back without its end. */
@Isolated("kills Redis under load")
class PowerLossFaultIT extends RedisFaultRig {
  @Override
  void configure(RedisServerOptions.Builder options) {
    options.config("aof-timestamp-enabled", "yes");
  }

  @Fault(
      row = 31,
      what = "power loss, appendfsync everysec: Redis comes back without its last 1 to 2 s",
      must =
          "lost is only what was enqueued in that time; what had ended in it may run once more; the"
              + " keys agree with each other; workers go on")
  void a_power_loss_costs_what_was_not_on_disk_and_nothing_else(Observed observed) {
    List<WorkerProcess> workers = List.of(worker(8), worker(8));
    Load load = load(2);
    await().atMost(LONG).until(() -> secondsOf(load) >= 3.5);

    // The workers stand still, so that what came back can be read before they change it.
    workers.forEach(worker -> worker.signal("STOP"));
    Instant lost = InstantSource.system().instant();
    redis.kill();
    load.stop();
    Instant kept = Instant.ofEpochSecond(lost.getEpochSecond() - 1);
    int cut = AppendOnlyFile.in(redis.dataDirectory()).cutAfter(kept.getEpochSecond() - 1);
    assertThat(cut).isPositive();
    redis.restart();
    assertConsistent();
    awaitReconnected();
    List<Load.Acknowledged> missing =
        load.acknowledged().stream().filter(job -> isUnknown(job)).toList();

    workers.forEach(worker -> worker.signal("CONT"));
    Load after = load(2);
    observed.recoversWithin(
        RECOVERY.plus(GRACE).plus(RECONNECT).plus(COMMAND),
        "jobs run again",
        () ->
            after.acknowledged().size() > 20 && begins().keySet().containsAll(numbers(after, 20)));
    after.stop();
    awaitDrained();

    assertThat(workers).allMatch(WorkerProcess::isAlive);
    assertThat(missing).as("lost").isNotEmpty();
    assertThat(missing).allSatisfy(job -> assertThat(job.at()).isAfterOrEqualTo(kept));
    assertEachRanOnce(after);
    Map<Integer, Integer> begins = begins();
    long twice = 0;
    for (Load.Acknowledged job : load.acknowledged()) {
      int runs = begins.getOrDefault(job.number(), 0);
      assertThat(runs).as("runs of job " + job.number()).isLessThanOrEqualTo(2);
      if (runs == 2) {
        twice++;
      }
      if (!missing.contains(job)) {
        assertThat(status(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(runs).isPositive();
      }
    }
    assertConsistent();
    observed.figure(
        "lost "
            + missing.size()
            + " of "
            + load.acknowledged().size()
            + ", all of the last "
            + Duration.between(kept, lost).toMillis()
            + " ms; "
            + twice
            + " ran twice");
  }

  private static double secondsOf(Load load) {
    List<Load.Acknowledged> jobs = load.acknowledged();
    return jobs.isEmpty()
        ? 0
        : Duration.between(jobs.get(0).at(), jobs.get(jobs.size() - 1).at()).toMillis() / 1_000.0;
  }

  private boolean isUnknown(Load.Acknowledged job) {
    return holdfast.status(job.id()).isEmpty();
  }

  @Fault(
      row = 32,
      what = "the append-only file ends in the middle of a write: 1 to 200 bytes are cut off",
      must = "Redis starts; of each script all effects are there or none; the keys agree")
  void a_torn_file_has_of_each_script_all_or_nothing(Observed observed) {
    hastyWorker(8);
    Load load = load(4);
    await().atMost(LONG).until(() -> load.acknowledged().size() >= 200);
    redis.kill();
    load.close();
    int cuts = 0;
    for (int bytes = 1; bytes <= 200; bytes += 9) {
      try (RedisProcess torn = tornBy(bytes);
          RespClient client = torn.connect()) {
        StoredQueue.read(client, NAMESPACE, WORK).verify();
        cuts++;
      }
    }
    observed.figure(cuts + " cuts within turns");
  }

  @Fault(
      row = 32,
      what = "the same, the torn write being a call that enqueued 20 jobs",
      must = "all 20 are there or none")
  void a_torn_call_has_enqueued_all_of_its_jobs_or_none(Observed observed) {
    List<Work> first = new ArrayList<>();
    List<Work> last = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      first.add(new Work(i, "ok"));
      last.add(new Work(100 + i, "ok"));
    }
    List<EnqueueResult> kept = holdfast.enqueueAll(first);
    long size = AppendOnlyFile.in(redis.dataDirectory()).size();
    holdfast.enqueueAll(last);
    long call = AppendOnlyFile.in(redis.dataDirectory()).size() - size;
    assertThat(kept).hasSize(20);
    redis.kill();
    int cuts = 0;
    for (long bytes = 1; bytes <= call; bytes += Math.max(1, call / 12)) {
      try (RedisProcess torn = tornBy(bytes);
          RespClient client = torn.connect()) {
        StoredQueue.read(client, NAMESPACE, WORK).verify();
        assertThat(client.command("HLEN", key("jobs"))).isEqualTo(20L);
        cuts++;
      }
    }
    observed.figure(cuts + " cuts of a call of " + call + " bytes");
  }

  /** A Redis on a copy of the files, cut off. */
  private RedisProcess tornBy(long bytes) {
    Path copy = directory().resolve("torn-" + bytes);
    AppendOnlyFile.copy(redis.dataDirectory(), copy);
    AppendOnlyFile.in(copy).cut(bytes);
    return RedisServer.start(
        RedisServerOptions.builder().appendOnly(Fsync.EVERYSEC).dataDirectory(copy).build());
  }
}
