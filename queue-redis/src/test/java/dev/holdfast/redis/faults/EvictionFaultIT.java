package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.StateReason;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.worker.WorkerHealth.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a Redis that is set to evict. */
@Isolated("measures recovery")
class EvictionFaultIT extends RedisFaultRig {
  @Fault(
      row = 36,
      what = "maxmemory-policy volatile-lru, and memory is full",
      must =
          "no key of a queue can expire, so none is evicted; a lock's can, by design; enqueue is"
              + " refused; an engine in strict mode is refused")
  void a_policy_that_evicts_what_expires_finds_nothing_of_a_queue(Observed observed)
      throws Exception {
    command("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
    assertThatThrownBy(
            () ->
                RedisEngine.connect(
                    RedisOptions.builder(redis.uri()).strict(true).namespace(NAMESPACE).build()))
        .isInstanceOf(EngineRefusedException.class)
        .hasMessageContaining("volatile-lru");
    workerHere(4);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    awaitState(enqueue(2, "ok"), JobState.SUCCEEDED);
    holdfast.enqueue(
        new Work(3, "ok"), EnqueueOptions.in(Duration.ofHours(1)).idempotencyKey("three"));
    holdfast.cancel(
        holdfast.enqueue(new Work(4, "ok"), EnqueueOptions.in(Duration.ofHours(1))).id());
    try (RedisEngine locking = RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE))) {
      var lock = locking.lock("one").tryLock().orElseThrow();
      assertThat(expiring()).containsExactly(NAMESPACE + ":{lock:one}");
      lock.close();
    }
    command("DEL", NAMESPACE + ":{lock:one}");
    List<String> keys = keys();
    assertThat(keys).hasSizeGreaterThan(10);

    command("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> enqueue(5, "ok")).isInstanceOf(QueueFullException.class);
    history.openGate(1);
    awaitState(held, JobState.SUCCEEDED);
    assertThat(info("stats", "evicted_keys")).isEqualTo("0");
    assertNotRunAgain(held);
    observed.figure("evicted 0 of " + keys.size() + " keys");
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    ((List<?>) command("KEYS", NAMESPACE + ":*")).forEach(key -> keys.add(String.valueOf(key)));
    return keys;
  }

  /** Keys with a time to live. */
  private List<String> expiring() {
    try (RespClient client = redis.connect()) {
      return keys().stream().filter(key -> !client.text("PTTL", key).equals("-1")).toList();
    }
  }

  @Fault(
      row = 36,
      what = "the hash of bodies is evicted under 20 ready jobs, as allkeys-lru may do",
      must = "each is a dead letter, MISSING; the loop lives; jobs enqueued then run within B")
  void jobs_whose_bodies_were_evicted_are_dead_and_others_run(Observed observed) {
    holdfast.queue("work").pause();
    List<JobId> ids = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      ids.add(enqueue(i, "ok"));
    }
    Worker worker = workerHere(4);
    command("DEL", key("jobs"));
    holdfast.queue("work").resume();
    ids.forEach(id -> awaitState(id, JobState.DEAD));
    assertThat(ids).allMatch(id -> status(id).reason() == StateReason.MISSING);
    enqueue(100, "ok");
    observed.recoversWithin(BLOCK, "job 100 runs", () -> history.count("END", 100) == 1);
    assertThat(worker.health().status()).isEqualTo(Status.UP);
    assertThat(history.count("BEGIN")).isEqualTo(1);
    awaitDrained();
    assertConsistent();
  }

  @Fault(
      row = 36,
      what = "allkeys-random evicts keys of a queue under load",
      must = "the loop lives; when the policy is mended, each new job runs once")
  void a_worker_outlives_the_eviction_of_any_key(Observed observed) {
    Worker worker = workerHere(4);
    Load before = load(2);
    await().atMost(LONG).until(() -> before.acknowledged().size() >= 20);
    command("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
    command("CONFIG", "SET", "maxmemory", "1");
    await().atMost(LONG).until(() -> Long.parseLong(info("stats", "evicted_keys")) >= 50);
    command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    command("CONFIG", "SET", "maxmemory", "0");
    before.stop();
    String evicted = info("stats", "evicted_keys");

    Load after = load(2);
    observed.recoversWithin(
        LEASE.plus(RECOVERY),
        "new jobs run",
        () ->
            after.acknowledged().size() > 20 && begins().keySet().containsAll(numbers(after, 20)));
    after.stop();
    awaitDrained();
    assertThat(before.unexpected()).isEmpty();
    assertEachRanOnce(after);
    await().atMost(LONG).until(() -> worker.health().status() == Status.UP);
    observed.figure(evicted + " keys evicted; dead " + holdfast.queue("work").stats().dead());
  }
}
