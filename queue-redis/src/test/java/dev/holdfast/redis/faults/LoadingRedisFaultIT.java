package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisServerOptions;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a Redis that loads its data, and answers LOADING meanwhile. */
@Isolated("measures recovery")
class LoadingRedisFaultIT extends RedisFaultRig {
  @Override
  void configure(RedisServerOptions.Builder options) {
    // It looks at its connections often while it loads, and takes 100 us a key: 1 s for 10,000.
    options.config("loading-process-events-interval-bytes", "1024").config("key-load-delay", "100");
  }

  @Fault(
      row = 37,
      what = "Redis killed and started again with an append-only file that takes over 1 s to load",
      must = "LOADING reaches nobody; no job is lost or runs again; jobs run C+T after it")
  void workers_and_producers_wait_for_a_redis_that_loads_its_file(Observed observed) {
    command("EVAL", "for i = 1, 10000 do redis.call('SET', 'junk:' .. i, i) end", "0");
    loading(observed, redis::restart, true);
  }

  @Fault(
      row = 37,
      what = "DEBUG RELOAD of data that takes over 1 s to load",
      must = "as with a restart")
  void workers_and_producers_wait_for_a_redis_that_loads_anew(Observed observed) {
    command("EVAL", "for i = 1, 10000 do redis.call('SET', 'junk:' .. i, i) end", "0");
    loading(observed, () -> command("DEBUG", "RELOAD"), false);
  }

  private void loading(Observed observed, Runnable load, boolean kill) {
    WorkerProcess worker = hastyWorker(4);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    Load jobs = patientLoad(2);
    await().atMost(LONG).until(() -> jobs.acknowledged().size() >= 50);

    if (kill) {
      redis.kill();
    }
    long start = System.nanoTime();
    load.run();
    long took = (System.nanoTime() - start) / 1_000_000;
    long begun = history.count("BEGIN");
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "jobs begin again", () -> history.count("BEGIN") > begun);
    assertThat(info("errorstats", "errorstat_LOADING")).as("LOADING was answered").isNotEmpty();
    jobs.stop();
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));
    history.openGate(1);
    awaitDrained();

    assertThat(worker.isAlive()).isTrue();
    assertEachRanOnce(jobs);
    assertThat(jobs.unknown()).isEmpty();
    assertThat(jobs.unavailable()).isEmpty();
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertNotRunAgain(held);
    assertConsistent();
    observed.figure(
        "loaded for "
            + took
            + " ms, LOADING "
            + info("errorstats", "errorstat_LOADING").replace("count=", "")
            + " times");
  }
}
