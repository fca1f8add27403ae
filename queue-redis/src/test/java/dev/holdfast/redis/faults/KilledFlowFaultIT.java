package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.Trip;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxyFault;
import dev.holdfast.testkit.redis.ProxyRule;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RedisProxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.parallel.Isolated;

/** Rows of killed processes that lead runs. */
@Isolated("measures recovery")
class KilledFlowFaultIT extends FlowRig {
  private static final String MUST =
      "each outcome is written once, and is never written over; the run ends right; only the"
          + " step in flight runs again, under the same idempotency key, within L+R+J+B";

  private static final int SOUND = 99;
  private static final int SLEEPS = 20;
  private static final int WAITS = 21;

  /** Long enough for another process to start meanwhile. */
  private static final Duration NAP = Duration.ofSeconds(8);

  /** Run number to the points where it stays; those steps are in flight then. */
  private static Map<Integer, List<String>> stays() {
    Map<Integer, List<String>> stays = new LinkedHashMap<>();
    stays.put(1, List.of("first:before"));
    stays.put(2, List.of("first:after"));
    stays.put(3, List.of("second:before"));
    stays.put(4, List.of("second:after"));
    stays.put(5, List.of("between"));
    stays.put(6, List.of("right:before"));
    stays.put(7, List.of("left:after"));
    stays.put(8, List.of("left:before", "right:before"));
    stays.put(9, List.of("left:after", "right:after"));
    stays.put(10, List.of("last:before"));
    stays.put(11, List.of("last:after"));
    return stays;
  }

  private static Set<String> inFlight(List<String> points) {
    return points.stream()
        .filter(point -> point.endsWith(":after"))
        .map(point -> point.substring(0, point.indexOf(':')))
        .map(step -> step.equals("left") || step.equals("right") ? "both/" + step : step)
        .collect(Collectors.toSet());
  }

  @Fault(
      row = 68,
      what =
          "SIGKILL with 13 runs under way: before and after the effect of a step, between two"
              + " steps, in one branch with the other done, in both, in the last step, asleep,"
              + " waiting for an event",
      must = MUST)
  void runs_go_on_where_their_process_was_killed(Observed observed) {
    WorkerProcess killed = flowWorker();
    int entries = entriesOfSoundRun(SOUND);
    Map<Integer, JobId> ids = new HashMap<>();
    stays()
        .forEach(
            (number, points) ->
                ids.put(
                    number, startWithSignal(Trip.staying(number, points.toArray(String[]::new)))));
    stays().forEach((number, points) -> points.forEach(point -> awaitAt(number, point, 1)));
    awaitThat("one branch is done", () -> isDone(ids.get(6), "both/left"));
    awaitThat("the other branch is done", () -> isDone(ids.get(7), "both/right"));
    ids.put(WAITS, start(Trip.through(WAITS)));
    awaitThat("it waits for its signal", () -> waitsFor(ids.get(WAITS), "signal"));
    ids.put(SLEEPS, startWithSignal(Trip.sleeping(SLEEPS, NAP.toMillis())));
    awaitThat("it sleeps", () -> waitsFor(ids.get(SLEEPS), "nap"));
    WorkerProcess other = flowWorker();
    assertThat(calls(SLEEPS, other) + calls(WAITS, other)).isZero();
    Map<JobId, List<String>> before = new HashMap<>();
    ids.values().forEach(id -> before.put(id, journal(id)));

    killed.signal("KILL");
    long start = System.nanoTime();
    assertThat(waitsFor(ids.get(SLEEPS), "nap")).isTrue();
    recovers(
        observed,
        start,
        "all are called again",
        () -> stays().keySet().stream().allMatch(number -> calls(number, other) > 0));
    signal(WAITS);
    ids.values().forEach(id -> awaitState(id, JobState.SUCCEEDED));

    stays().forEach((number, points) -> verifyTrip(ids.get(number), number, inFlight(points)));
    verifyTrip(ids.get(SLEEPS), SLEEPS, Set.of());
    verifyTrip(ids.get(WAITS), WAITS, Set.of());
    ids.forEach(
        (number, id) -> {
          verifyKept(before.get(id), journal(id));
          assertThat(journal(id)).as("entries of run " + number).hasSize(entries);
          verifyCrashes(id, stays().containsKey(number) ? 1 : 0);
        });
    assertThat(calls(SLEEPS, killed)).isPositive();
    assertThat(calls(WAITS, killed)).isPositive();
    verifyStored();
    observed.figure(ids.size() + " runs, " + entries + " entries each");
  }

  private boolean waitsFor(JobId id, String step) {
    return is(id, JobState.WAITING)
        && run(id).waiting().stream().anyMatch(waiting -> waiting.step().equals(step));
  }

  @Fault(
      row = 68,
      what = "SIGKILL after the effect of a step, its record on its way and lost",
      must = MUST)
  void a_step_whose_record_never_arrived_runs_again(Observed observed) {
    JobId id = killAtSecondAppend(ProxyRule::holdCommand, 0, observed);

    verifyTrip(id, 1, Set.of("second"));
    assertThat(effects(1, "second")).isEqualTo(2);
    verifyCrashes(id, 1);
  }

  @Fault(row = 68, what = "SIGKILL right after the record of a step, not answered", must = MUST)
  void a_step_whose_record_arrived_does_not_run_again(Observed observed) {
    JobId id = killAtSecondAppend(ProxyRule::holdReply, 1, observed);

    verifyTrip(id, 1, Set.of());
    verifyCrashes(id, 1);
  }

  /**
   * Kills the process of a run while it records its second step.
   *
   * @param arrived how many entries that record has
   */
  private JobId killAtSecondAppend(
      Function<ProxyRule, ProxyFault> fault, int arrived, Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess killed = remoteFlowWorker(proxy.uri());
    int entries = entriesOfSoundRun(SOUND);
    JobId id = start(Trip.gated(1, "second:before"));
    awaitAt(1, "second:before", 1);
    signal(1);
    List<String> first = journal(id);
    WorkerProcess other = flowWorker();
    ProxyFault append = fault.apply(proxy.on(appendsOf(id)));
    history.openGate(1);
    history.openGate(1_001);
    append.await(LONG);
    assertThat(effects(1, "second")).isEqualTo(1);
    List<String> before = journal(id);
    assertThat(before).hasSize(first.size() + arrived);

    killed.signal("KILL");
    recovers(observed, "it is called again", () -> calls(1, other) > 0);
    awaitState(id, JobState.SUCCEEDED);

    verifyKept(before, journal(id));
    assertThat(journal(id)).hasSize(entries);
    assertThat(recordedBy(id, "first")).containsExactly(pid(killed));
    assertThat(recordedBy(id, "second")).containsExactly(pid(arrived == 0 ? other : killed));
    verifyStored();
    return id;
  }

  @Fault(
      row = 68,
      what = "SIGKILL after the last step, the outcome of the run on its way and lost",
      must = "no step runs again; the run ends right within L+R+J+B")
  void a_run_whose_end_was_lost_only_ends_again(Observed observed) {
    RedisProxy proxy = proxy();
    WorkerProcess killed = remoteFlowWorker(proxy.uri());
    int entries = entriesOfSoundRun(SOUND);
    JobId id = startWithSignal(Trip.gated(1, "last:before"));
    awaitAt(1, "last:before", 1);
    WorkerProcess other = flowWorker();
    ProxyFault end = proxy.on(acks().and(RedisCommand.mentions(id.key()))).holdCommand();
    history.openGate(1);
    end.await(LONG);
    assertThat(is(id, JobState.ACTIVE)).isTrue();
    List<String> before = journal(id);
    assertThat(before).hasSize(entries);

    killed.signal("KILL");
    recovers(observed, "the run has ended", () -> is(id, JobState.SUCCEEDED));

    verifyTrip(id, 1, Set.of());
    assertThat(calls(1, other)).isEqualTo(1);
    assertThat(journal(id)).isEqualTo(before);
    verifyCrashes(id, 1);
    verifyStored();
  }
}
