package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisServerOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of the clock of Redis, by which leases and due times are judged. */
@Isolated("measures recovery")
@Tag("os")
class ServerClockFaultIT extends RedisFaultRig {
  private static final Duration HOUR = Duration.ofHours(1);

  private ShiftedClock clock;

  @Override
  void configure(RedisServerOptions.Builder options) {
    clock = ShiftedClock.compile(directory());
    options.executable(
        clock.around(
            Machine.program("redis-server", "redis-server"), directory().resolve("redis-shifted")));
  }

  /** Moves the clock, and makes sure that Redis goes by it. */
  private void shift(Duration by) {
    clock.shift(by);
    Duration off =
        Duration.ofMillis(redisMillis()).minusMillis(InstantSource.system().millis()).minus(by);
    Machine.needs(
        off.abs().toMinutes() < 10, "needs a redis-server that is linked dynamically, as Debian's");
  }

  @Fault(
      row = 45,
      what = "the clock of Redis jumps one hour ahead",
      must =
          "all leases have ended, and it looks like an outage: live workers extend, nothing runs"
              + " again; a killed worker's job runs again; delayed jobs come early; tokens rise")
  void a_clock_that_jumps_ahead_runs_nothing_of_a_live_worker_again(Observed observed) {
    WorkerProcess dead = hastyWorker(1);
    JobId orphan = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    hastyWorker(3);
    JobId held = enqueue(2, "gate");
    awaitEvent("BEGIN", 2, 1);
    JobId later = holdfast.enqueue(new Work(3, "ok"), EnqueueOptions.in(HOUR.dividedBy(2))).id();

    dead.signal("KILL");
    shift(HOUR);
    observed.recoversWithin(
        RECOVERY.plus(GRACE), "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    awaitState(later, JobState.SUCCEEDED);
    history.openGate(1);
    history.openGate(2);
    awaitState(orphan, JobState.SUCCEEDED);
    awaitState(held, JobState.SUCCEEDED);
    assertNotRunAgain(held);
    assertTokensRise();
    assertConsistent();
  }

  @Fault(
      row = 45,
      what = "the clock of Redis jumps one hour back",
      must =
          "live workers go on, new jobs run; a killed worker's lease, now an hour away, is cut to"
              + " 10 L: its job runs again within 10 L+R+J+B; delayed jobs come late; tokens rise")
  void a_clock_that_jumps_back_delays_no_recovery_for_long(Observed observed) {
    // Short, because ten of them pass.
    Duration lease = Duration.ofMillis(700);
    List<String> periods = WorkerMain.periods(SHORT_COMMAND, lease);
    WorkerProcess dead = workerWith(periods, Map.of(), 1);
    JobId orphan = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    workerWith(periods, Map.of(), 3);
    JobId held = enqueue(2, "gate");
    awaitEvent("BEGIN", 2, 1);
    JobId later =
        holdfast.enqueue(new Work(3, "ok"), EnqueueOptions.in(Duration.ofSeconds(2))).id();

    dead.signal("KILL");
    shift(HOUR.negated());
    JobId next = enqueue(4, "ok");
    awaitState(next, JobState.SUCCEEDED);
    observed.recoversWithin(
        lease.multipliedBy(11), "job 1 begins again", () -> history.count("BEGIN", 1) >= 2);
    assertThat(is(later, JobState.SCHEDULED)).isTrue();
    history.openGate(1);
    history.openGate(2);
    awaitState(orphan, JobState.SUCCEEDED);
    awaitState(held, JobState.SUCCEEDED);
    assertNotRunAgain(held);

    shift(Duration.ZERO);
    awaitState(later, JobState.SUCCEEDED);
    assertTokensRise();
    assertConsistent();
  }

  /** In the order in which jobs began. */
  private void assertTokensRise() {
    List<Long> tokens =
        history.lines().stream()
            .filter(line -> line.startsWith("BEGIN "))
            .map(line -> Long.parseLong(line.replaceAll(".* token=(\\d+) .*", "$1")))
            .toList();
    assertThat(tokens).hasSizeGreaterThan(3).isSorted().doesNotHaveDuplicates();
  }
}
