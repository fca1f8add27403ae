package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of a Redis that stands still for a while and keeps its connections. */
@Isolated("measures recovery")
class SlowRedisFaultIT extends RedisFaultRig {
  @Fault(
      row = 38,
      what = "DEBUG SLEEP of 1.5 T under load",
      must =
          "calls are repeated without harm: each job is there and runs once; jobs begin C+T after")
  void a_redis_that_sleeps_longer_than_a_command_may_take_doubles_nothing(Observed observed) {
    standStill(
        observed,
        () -> command("DEBUG", "SLEEP", Double.toString(SHORT_COMMAND.toMillis() * 1.5 / 1_000)));
  }

  @Fault(
      row = 38,
      what = "DEBUG SLEEP of 3 L under load",
      must = "live workers extend within the grace: nothing runs again; jobs begin C+T after")
  void a_redis_that_sleeps_longer_than_a_lease_runs_nothing_again(Observed observed) {
    standStill(
        observed,
        () -> command("DEBUG", "SLEEP", Long.toString(LEASE.multipliedBy(3).toSeconds())));
  }

  @Fault(
      row = 40,
      what = "SIGSTOP of Redis for 1.5 L, then SIGCONT, under load",
      must = "as with DEBUG SLEEP of 3 L")
  void a_redis_that_is_frozen_for_longer_than_a_lease_runs_nothing_again(Observed observed) {
    standStill(
        observed,
        () -> {
          redis.pause();
          lasts(LEASE.multipliedBy(3).dividedBy(2));
          redis.resume();
        });
  }

  private void standStill(Observed observed, Runnable fault) {
    List<WorkerProcess> workers = List.of(hastyWorker(4), hastyWorker(4));
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    Load load = load(4);
    await().atMost(LONG).until(() -> load.acknowledged().size() >= 100);

    fault.run();
    long begun = history.count("BEGIN");
    observed.recoversWithin(
        RECONNECT.plus(SHORT_COMMAND), "jobs begin again", () -> history.count("BEGIN") > begun);
    load.stop();
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));
    history.openGate(1);
    awaitDrained();

    assertThat(workers).allMatch(WorkerProcess::isAlive);
    assertThat(load.unknown()).hasSizeLessThanOrEqualTo(load.threads());
    assertEachRanOnce(load);
    assertThat(is(held, JobState.SUCCEEDED)).isTrue();
    assertNotRunAgain(held);
    assertConsistent();
    observed.figure(
        load.acknowledged().size()
            + " jobs ran once, unknown "
            + load.unknown().size()
            + ", refused "
            + load.unavailable().size());
  }

  @Fault(
      row = 39,
      what = "CLIENT PAUSE 2000 ALL, less than T",
      must = "the worker gives up no connection; each job runs once; they begin B after")
  void a_paused_redis_is_not_taken_for_a_dead_one(Observed observed) {
    pauseClients(observed, "ALL");
  }

  @Fault(row = 39, what = "CLIENT PAUSE 2000 WRITE, less than T", must = "as with ALL")
  void a_redis_that_pauses_writes_is_not_taken_for_a_dead_one(Observed observed) {
    pauseClients(observed, "WRITE");
  }

  private void pauseClients(Observed observed, String what) {
    Set<String> ours = connections();
    worker(4);
    JobId held = enqueue(1, "gate");
    awaitEvent("BEGIN", 1, 1);
    // Commands, leases, hints, bells.
    await().atMost(LONG).until(() -> connections().size() == ours.size() + 4);
    Set<String> before = connections();
    // One try of an enqueue takes less than the pause: those who enqueue connect anew.
    before.removeAll(ours);
    Load load = patientLoad(2);
    await().atMost(LONG).until(() -> load.acknowledged().size() >= 50);

    Duration length = Duration.ofSeconds(2);
    command("CLIENT", "PAUSE", Long.toString(length.toMillis()), what);
    lasts(length);
    long begun = history.count("BEGIN");
    observed.recoversWithin(BLOCK, "jobs begin again", () -> history.count("BEGIN") > begun);
    load.stop();
    awaitReapsFor(GRACE.plus(REAP).plus(JITTER));
    history.openGate(1);
    awaitDrained();

    assertThat(connections()).containsAll(before);
    assertThat(load.unknown()).isEmpty();
    assertThat(load.unavailable()).isEmpty();
    assertEachRanOnce(load);
    assertNotRunAgain(held);
    observed.figure(before.size() + " connections kept");
  }

  /** Ids and names of the connections of Holdfast. */
  private Set<String> connections() {
    Set<String> found = new TreeSet<>();
    for (String line : String.valueOf(command("CLIENT", "LIST")).split("\n", -1)) {
      if (line.contains("name=holdfast:")) {
        found.add(line.replaceAll(".*\\bid=(\\d+) .*\\bname=(\\S+) .*", "$1 $2"));
      }
    }
    return found;
  }
}
