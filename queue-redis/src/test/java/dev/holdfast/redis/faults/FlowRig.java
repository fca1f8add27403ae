package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.flow.RunStatus;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.FlowMain;
import dev.holdfast.redis.PublisherMain;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.Signal;
import dev.holdfast.redis.Trip;
import dev.holdfast.redis.TripFlow;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;

/** What the rows of flows, events and batches have at hand besides. */
abstract class FlowRig extends FaultRig {
  static final String ALL_QUEUES = "work=20,other=4";

  /** The keys of all steps of a trip. */
  private static final List<String> STEPS =
      List.of("first", "second", "both/left", "both/right", "nap", "signal", "last");

  /** Reads journals as they are stored. */
  private Engine engine;

  @BeforeEach
  void openEngine() {
    engine = closing(RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)));
  }

  /** A worker process of flows, ready to claim from queue "work" and another. */
  final WorkerProcess flowWorker(String... settings) {
    return awaitReady(startingFlows(redis.uri(), ALL_QUEUES, settings));
  }

  /** As {@link #flowWorker}, through a proxy. */
  final WorkerProcess remoteFlowWorker(String uri) {
    return awaitReady(startingFlows(uri, ALL_QUEUES));
  }

  /**
   * A worker process of flows that is not waited for. Its witness writes into the history, unless
   * the settings say {@code witness=false}.
   */
  final WorkerProcess startingFlows(String uri, String queues, String... settings) {
    List<String> args =
        new ArrayList<>(
            List.of(uri, NAMESPACE, queues, history.directory().toString(), "witness=true"));
    args.addAll(Arrays.asList(settings));
    return closing(WorkerProcess.start(FlowMain.class, history, args.toArray(String[]::new)));
  }

  /** A process that publishes signals; see {@link PublisherMain#main}. */
  final WorkerProcess publisher(String uri, String... numbers) {
    List<String> args = new ArrayList<>(List.of(uri, NAMESPACE, history.directory().toString()));
    args.addAll(Arrays.asList(numbers));
    return closing(WorkerProcess.start(PublisherMain.class, history, args.toArray(String[]::new)));
  }

  /** Publishes the signal of a number, from the process of the test. */
  final void signal(int number) {
    holdfast.events().publish(new Signal(number, PublisherMain.text(number)));
  }

  final JobId start(Trip trip) {
    return holdfast.enqueue(trip).id();
  }

  /** Starts a run whose signal is there before it waits for it. */
  final JobId startWithSignal(Trip trip) {
    JobId id = start(trip);
    signal(trip.number());
    return id;
  }

  /** A run that no fault has met, and the scripts are loaded: what others are compared with. */
  final int entriesOfSoundRun(int number) {
    JobId id = startWithSignal(Trip.through(number));
    awaitState(id, JobState.SUCCEEDED);
    verifyTrip(id, number, Set.of());
    return journal(id).size();
  }

  /** Picks the calls that write this run's journal. */
  static Predicate<RedisCommand> appendsOf(JobId id) {
    return ScriptNames.calls("append").and(RedisCommand.mentions(id.key()));
  }

  /** Waits until a run is at a point for the first time, or again. */
  final void awaitAt(int number, String point, long times) {
    awaitThat(
        number + " is at " + point, () -> history.count("AT " + number + " " + point) >= times);
  }

  /** How often the code of a step of a run had its effect. */
  final long effects(int number, String step) {
    return history.count("EFFECT " + number + " " + step);
  }

  /** How often a process called the handler of a run. */
  final long calls(int number, WorkerProcess worker) {
    return history.count("CALL", number + " pid=" + worker.pid() + " ");
  }

  final RunStatus run(JobId id) {
    return holdfast.runs().status(id).orElseThrow();
  }

  final boolean isDone(JobId id, String step) {
    return run(id).step(step).filter(each -> each.state() == RunStatus.State.DONE).isPresent();
  }

  /** What a run has written down, as it is stored: when, and what. */
  final List<String> journal(JobId id) {
    return entries(engine.runs().read(QueueRef.of(id), id.key()));
  }

  private static List<String> entries(Journal journal) {
    return journal.entries().stream()
        .map(entry -> entry.at() + " " + new String(entry.bytes(), StandardCharsets.UTF_8))
        .toList();
  }

  /**
   * The run ended well. Each step has one outcome, of a process whose code had the effect; code had
   * its effect once, that of steps that were in flight at a fault twice at most, and under one key.
   *
   * @param inFlight keys of the steps whose code may have run twice
   */
  final void verifyTrip(JobId id, int number, Set<String> inFlight) {
    assertThat(holdfast.result(id, String.class)).contains(PublisherMain.text(number));
    RunStatus run = run(id);
    assertThat(run.job().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(run.job().counters().failures()).isZero();
    assertThat(run.steps())
        .allSatisfy(step -> assertThat(step.state()).isEqualTo(RunStatus.State.DONE))
        .extracting(RunStatus.StepStatus::key)
        .containsExactlyInAnyOrderElementsOf(STEPS);
    for (String step : TripFlow.CODE) {
      String name = step.substring(step.indexOf('/') + 1);
      List<String> effects =
          history.lines().stream()
              .filter(line -> line.startsWith("EFFECT " + number + " " + name + " "))
              .toList();
      String what = "effects of step " + step + " of run " + number;
      assertThat(effects).as(what).hasSizeBetween(1, inFlight.contains(step) ? 2 : 1);
      assertThat(effects).as(what).allMatch(line -> line.endsWith(" key=" + id + ":" + step));
      RunStatus.StepStatus status = run.step(step).orElseThrow();
      assertThat(status.attempts()).as(what).isEqualTo(1);
      String process = String.valueOf(status.value()).replace("\"", "");
      assertThat(effects).as(what).anyMatch(line -> line.contains(" " + process + " "));
    }
  }

  /** The run's history tells of one crash and of nothing else; of nothing if there was none. */
  final void verifyCrashes(JobId id, int crashes) {
    assertThat(status(id).history())
        .as("failed attempts of " + id)
        .hasSize(crashes)
        .allMatch(attempt -> attempt.failure().type().equals("holdfast.crash"));
  }

  /** What had been written stands as it was, first. */
  static void verifyKept(List<String> before, List<String> after) {
    assertThat(after.subList(0, Math.min(before.size(), after.size()))).isEqualTo(before);
  }

  /** Jobs of a queue that have not ended. */
  final long open(String queue) {
    var stats = holdfast.queue(queue).stats();
    return stats.ready() + stats.scheduled() + stats.parked() + stats.active();
  }

  /** The processes whose effect is the recorded outcome of a step. */
  final Set<String> recordedBy(JobId id, String step) {
    return run(id).step(step).stream()
        .map(each -> String.valueOf(each.value()).replace("\"", ""))
        .collect(Collectors.toSet());
  }

  static String pid(WorkerProcess worker) {
    return "pid=" + worker.pid();
  }
}
