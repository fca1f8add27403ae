package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RespClient;
import dev.holdfast.testkit.redis.RespException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of the scripts: forgotten, in the way of each other, slow. */
@Isolated("measures recovery and the time of scripts")
class ScriptFaultIT extends RedisFaultRig {
  @Override
  void configure(RedisServerOptions.Builder options) {
    options
        .config("busy-reply-threshold", "200")
        .config("latency-tracking-info-percentiles", "50 99");
  }

  @Fault(
      row = 41,
      what = "SCRIPT FLUSH every 50 ms under load, for 30 s in the long run, else 5 s",
      must = "no error that a user sees, nothing is logged; each job runs once")
  @Timeout(180)
  void a_script_cache_that_is_flushed_all_the_time_is_not_noticed(Observed observed) {
    List<WorkerProcess> workers = List.of(worker(4), worker(4));
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    Load load = load(4);
    long end = System.nanoTime() + Duration.ofSeconds(FULL ? 30 : 5).toNanos();
    int flushes = 0;
    try (RespClient client = redis.connect()) {
      while (System.nanoTime() - end < 0) {
        client.command("SCRIPT", "FLUSH");
        flushes++;
        lasts(Duration.ofMillis(50));
      }
    }
    load.stop();
    history.openGate(1);
    awaitDrained();

    assertThat(load.unknown()).isEmpty();
    assertThat(load.unavailable()).isEmpty();
    assertThat(load.full()).isEmpty();
    assertEachRanOnce(load);
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertNotRunAgain(held);
    for (WorkerProcess worker : workers) {
      assertThat(worker.output()).doesNotContain(" WARN ", " ERROR ");
    }
    assertThat(info("errorstats", "errorstat_NOSCRIPT")).as("NOSCRIPT was answered").isNotEmpty();
    observed.figure(
        flushes
            + " flushes, NOSCRIPT "
            + info("errorstats", "errorstat_NOSCRIPT").replace("count=", "")
            + " times, "
            + load.acknowledged().size()
            + " jobs");
  }

  @Fault(
      row = 42,
      what = "another's script runs for ever: BUSY, until SCRIPT KILL",
      must =
          "enqueue is refused at its deadline and says BUSY, with nothing written; nothing runs"
              + " again; jobs begin C+T after the kill")
  void a_script_of_somebody_else_is_waited_for(Observed observed) {
    WorkerProcess worker = hastyWorker(4);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    // An outage is told by the reap before it: of a queue that never saw one there is none.
    awaitReapsFor(Duration.ZERO);
    Holdfast hasty =
        closing(
            Holdfast.on(
                RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)),
                HoldfastOptions.builder().enqueueDeadline(Duration.ofMillis(1_500)).build()));
    CompletableFuture<Object> foreign =
        CompletableFuture.supplyAsync(() -> command("EVAL", "while true do end", "0"));
    await("Redis is busy")
        .atMost(LONG)
        .until(
            () -> {
              try {
                command("PING");
                return false;
              } catch (RespException e) {
                return e.getMessage().startsWith("BUSY");
              }
            });

    assertThatThrownBy(() -> hasty.enqueue(new Work(2, "ok")))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("BUSY")
        .hasMessageContaining("nothing was written");
    lasts(LEASE.minus(Duration.ofMillis(1_500)));
    command("SCRIPT", "KILL");
    assertThatThrownBy(foreign::join).hasRootCauseInstanceOf(RespException.class);
    awaitReconnected();
    enqueue(3, "ok");
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "job 3 runs", () -> history.count("END", 3) == 1);
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));
    history.openGate(1);
    awaitDrained();

    assertThat(worker.isAlive()).isTrue();
    assertThat(history.count("BEGIN", 2)).isZero();
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertNotRunAgain(held);
    assertConsistent();
  }

  @Fault(
      row = 42,
      what = "our own scripts with full batches: 100 jobs a call, 128 slots, lists of 200, a purge",
      must = "the median of the calls is below 5 ms in Redis")
  void our_own_scripts_keep_nobody_waiting(Observed observed) {
    List<Work> jobs = new ArrayList<>();
    for (int i = 1; i <= 3_000; i++) {
      jobs.add(new Work(i, "ok"));
    }
    measured(observed, "enqueue", () -> holdfast.enqueueAll(jobs));
    measured(
        observed,
        "enqueue later",
        () -> holdfast.enqueueAll(jobs, EnqueueOptions.in(Duration.ofHours(1))));
    measured(
        observed,
        "list",
        () ->
            List.of(JobState.READY, JobState.SCHEDULED)
                .forEach(state -> holdfast.queue("work").jobs(state, null, 200)));
    measured(
        observed,
        "run",
        () -> {
          worker(128);
          await().atMost(LONG).until(() -> history.count("END") == jobs.size());
        });
    measured(
        observed, "purge", () -> assertThat(holdfast.queue("work").purge()).isEqualTo(jobs.size()));
  }

  /** What a busy machine adds to some calls is not the scripts': so the median is judged. */
  private void measured(Observed observed, String what, Runnable calls) {
    command("CONFIG", "RESETSTAT");
    calls.run();
    String percentiles = info("latencystats", "latency_percentiles_usec_evalsha");
    assertThat(percentile(percentiles, "50")).as(what + ", us").isLessThan(5_000);
    observed.figure(
        what
            + " p50 "
            + Math.round(percentile(percentiles, "50"))
            + " us, p99 "
            + Math.round(percentile(percentiles, "99"))
            + " us");
  }

  private static double percentile(String percentiles, String which) {
    Matcher found = Pattern.compile("p" + which + "=([0-9.]+)").matcher(percentiles);
    assertThat(found.find()).as("p" + which + " in " + percentiles).isTrue();
    return Double.parseDouble(found.group(1));
  }
}
