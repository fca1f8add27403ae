package dev.holdfast.testkit;

import dev.holdfast.CancelResult;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.job.JobId;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.testkit.StepPoint.Moment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a flow, in memory and in virtual time: a year of sleeps passes in milliseconds, and
 * nothing happens between two calls of a test.
 *
 * <pre>{@code
 * try (FlowTest<TrialStarted> trial = FlowTest.of(new TrialFlow(billing, mail))) {
 *   trial.start(new TrialStarted(7, ManualTime.START.plus(Duration.ofDays(14))));
 *   trial.assertWaiting("three days before");
 *   trial.advance(Duration.ofDays(11));
 *   trial.assertStep("warn").isDone();
 * }
 * }</pre>
 *
 * <p>{@link #start}, {@link #advance}, {@link #publish}, {@link #cancel} and {@link #resume} return
 * once no job is held, ready or due. The run is led by a real worker, on an {@link InMemoryEngine}
 * of its own whose {@link ManualTime} moves with {@link #advance} alone.
 *
 * <p>For the thread of the test only.
 *
 * @param <P> the payload of the flow
 */
public final class FlowTest<P> implements AutoCloseable {
  private final TestKit kit = TestKit.inMemory(Mode.BACKGROUND);
  private final Holdfast holdfast = of(Holdfast.class);
  private final TestWorkers workers = of(TestWorkers.class);
  private final InMemoryEngine engine = of(InMemoryEngine.class);
  private final Replays replays = new Replays();
  private final FlowHandler<P, ?> flow;
  private Consumer<Worker.Builder> others = worker -> {};

  /** Those that may die, and one that does not. */
  private int wanted = 1;

  private @Nullable JobId id;

  private FlowTest(FlowHandler<P, ?> flow) {
    this.flow = Objects.requireNonNull(flow, "flow");
  }

  /**
   * A test of a flow, which may be a lambda. Close it after use. Of its annotations {@code
   * HandlesJob} counts: it is started by {@link #start}, however it is started elsewhere.
   */
  public static <P> FlowTest<P> of(FlowHandler<P, ?> flow) {
    return new FlowTest<>(flow);
  }

  private <T> T of(Class<T> type) {
    return type.cast(Objects.requireNonNull(kit.parameter(type)));
  }

  // ---- before it starts -------------------------------------------------------------------------

  /**
   * Adds to the worker what the flow needs: handlers of jobs and flows that it calls, its options.
   *
   * @throws IllegalStateException if the run has started
   */
  public FlowTest<P> with(Consumer<Worker.Builder> made) {
    requireNotStarted("with(…)");
    others = others.andThen(made);
    return this;
  }

  /**
   * Checks that the flow is deterministic, from now on: each call of its handler is made once more
   * with what its steps gave, and must call the same steps in the same order; and each call must
   * begin as the one before it did, which ran at another time. Code outside of steps runs twice as
   * often, code of steps does not.
   *
   * <p>The method of the test during which that is not so throws {@link NondeterministicFlowError},
   * which names the first step that differs.
   *
   * @throws IllegalStateException if the run has started
   */
  public FlowTest<P> replayTwice() {
    requireNotStarted("replayTwice()");
    replays.want();
    return this;
  }

  // ---- crashes ----------------------------------------------------------------------------------

  /**
   * Makes the worker die that comes to a step first, before the step's code runs. As {@link
   * TestWorkers#crashAfter}: nothing it does afterwards counts, and another worker goes on with the
   * run once the lease has ended and a reap is due, 36 s later. A test in which it does not die
   * fails when it closes.
   *
   * @param step the key of the step, such as {@code charge} or {@code fulfil/confirm}
   */
  public Crash crashBefore(String step) {
    return crash(step, Moment.BEGINNING);
  }

  /**
   * Makes the worker die that runs a step's code first, when that has returned and its outcome is
   * not recorded: the code runs again. Only for steps with code.
   *
   * @see #crashBefore
   */
  public Crash crashInside(String step) {
    return crash(step, Moment.CODE);
  }

  /**
   * Makes the worker die that records a step's outcome, as soon as it is recorded: the step does
   * not run again. That a sleep is over and what a wait got is recorded with the next step.
   *
   * @see #crashBefore
   */
  public Crash crashAfter(String step) {
    return crash(step, Moment.OUTCOME);
  }

  private Crash crash(String step, Moment moment) {
    Crash crash = workers.crashAt(new StepPoint(Objects.requireNonNull(step, "step"), moment));
    wanted++;
    return crash;
  }

  // ---- what happens -----------------------------------------------------------------------------

  /**
   * Starts the run.
   *
   * @throws IllegalStateException if it has started: a test has one run
   * @throws dev.holdfast.job.InvalidHandlerException if the payload's class has no {@code JobType},
   *     or {@link #with} added what cannot be
   */
  public FlowTest<P> start(P payload) {
    requireNotStarted("start(…)");
    startWorkers(payload.getClass());
    id = holdfast.enqueue(payload).id();
    return advance(Duration.ZERO);
  }

  // The class of a payload is that of the flow's payloads.
  @SuppressWarnings("unchecked")
  private void startWorkers(Class<?> payload) {
    for (int n = 0; n < wanted; n++) {
      workers.start(
          worker -> {
            worker.flow(
                (Class<P>) payload,
                AnnotatedOptions.of(flow.getClass()),
                FlowOptions.defaults(),
                new WatchedFlow<>(flow, replays));
            others.accept(worker);
          });
    }
  }

  /**
   * Lets time pass, as {@link InMemoryEngine#letPass} does: what is due meanwhile happens when it
   * is due.
   *
   * @param time not negative
   * @throws IllegalStateException if work is not done within 10 s of real time; the message says
   *     what there is
   */
  public FlowTest<P> advance(Duration time) {
    JobId unused = id();
    engine.letPass(time);
    replays.require();
    return this;
  }

  /** Publishes an event, with the key its class says. */
  public FlowTest<P> publish(Object event) {
    return publish(event, PublishOptions.defaults());
  }

  /** Publishes an event. */
  public FlowTest<P> publish(Object event, PublishOptions options) {
    JobId unused = id();
    holdfast.events().publish(event, options);
    return advance(Duration.ZERO);
  }

  /**
   * Asks that the run ends: the flow's {@code onCancel} runs, and the run is cancelled.
   *
   * @throws IllegalStateException if it has ended
   */
  public FlowTest<P> cancel() {
    CancelResult result = holdfast.cancel(id());
    if (result != CancelResult.CANCELLED && result != CancelResult.REQUESTED) {
      throw new IllegalStateException(
          "cancel() came too late: " + Descriptions.of(status()) + "; cancel while it waits");
    }
    return advance(Duration.ZERO);
  }

  /**
   * Sends the run back that has failed for good: it goes on at the step that failed.
   *
   * @throws IllegalStateException if it is no dead letter
   */
  public FlowTest<P> resume() {
    if (!holdfast.runs().resume(id())) {
      throw new IllegalStateException(
          "resume() is for a run that is a dead letter: " + Descriptions.of(status()));
    }
    return advance(Duration.ZERO);
  }

  // ---- how it stands ----------------------------------------------------------------------------

  /** The run's id. */
  public JobId id() {
    JobId known = id;
    if (known == null) {
      throw new IllegalStateException("no run has started; call start(payload) first");
    }
    return known;
  }

  /** How the run stands. */
  public RunStatus status() {
    return holdfast
        .runs()
        .status(id())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "run " + id() + " is not known: it was deleted, or its retention is over"));
  }

  /**
   * The run's result; empty if it has none, or has not succeeded.
   *
   * @throws dev.holdfast.job.PayloadException if what is stored does not fit the class
   */
  public <R> Optional<R> result(Class<R> type) {
    return holdfast.result(id(), type);
  }

  /** Begins an assertion on the run as it stands now. */
  public RunStatusAssert assertRun() {
    return new RunStatusAssert(status());
  }

  /** Begins an assertion on a step as it stands now; fails if it has recorded nothing. */
  public StepAssert assertStep(String step) {
    return assertRun().step(step);
  }

  /** The run is suspended, and this step is one it waits for. */
  public RunStatusAssert assertWaiting(String step) {
    return assertRun().isWaitingFor(step);
  }

  /** The test's queues, for what is not said here. */
  public Holdfast holdfast() {
    return holdfast;
  }

  /** The clock of the test, to be given to what the flow uses. {@link #advance} moves it. */
  public ManualTime time() {
    return of(ManualTime.class);
  }

  private void requireNotStarted(String call) {
    if (id != null) {
      throw new IllegalStateException(
          call + " comes too late: run " + id + " has started; each run has a FlowTest of its own");
    }
  }

  /**
   * Ends the workers and forgets the run. Idempotent.
   *
   * @throws IllegalStateException if a crash that was ordered did not happen
   */
  @Override
  public void close() {
    kit.close();
  }
}
