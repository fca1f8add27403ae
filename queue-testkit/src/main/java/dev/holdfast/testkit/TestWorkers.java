package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.testkit.StepGate.Step;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts real workers for one test, and drains them after it. Safe for use by many threads.
 *
 * <pre>{@code
 * workers.start(worker -> worker.handler(new SendWelcomeHandler(mailer)).queue("mail", 4));
 * }</pre>
 *
 * <p>{@link #step} and {@link #crashAfter} concern workers started like this. A worker that was
 * built on another Holdfast, and handed in by its builder, runs as it does anywhere.
 */
public final class TestWorkers {
  /** Ten years: a status that is asserted after a virtual week is still there. */
  static final Retention KEPT =
      new Retention(Duration.ofDays(3650), 10_000, Duration.ofDays(3650), 10_000);

  private static final WorkerOptions OPTIONS =
      WorkerOptions.builder()
          .drainGrace(Duration.ofSeconds(2))
          .interruptGrace(Duration.ofSeconds(1))
          .drainInterruptGrace(Duration.ofSeconds(1))
          .closeOnShutdown(false)
          .retention(KEPT)
          .build();

  private final Engine engine;
  private final HoldfastOptions options;
  private final Mode mode;

  /** What {@link #engine} is or goes around; null on a real engine. */
  private final @Nullable InMemoryEngine memory;

  private final Crashes crashes = new Crashes();

  /** The test's own door; set once, before the test begins. */
  private volatile @Nullable Holdfast holdfast;

  /** In the order they were started; guarded by itself. */
  private final List<Started> started = new ArrayList<>();

  /**
   * A worker, with the door that is its own, if it is.
   *
   * @param side how it sees the engine; null if it was built elsewhere
   */
  private record Started(Worker worker, @Nullable Holdfast door, @Nullable WorkerSide side) {
    void close() {
      try {
        worker.close();
      } finally {
        if (door != null) {
          door.close();
        }
      }
    }
  }

  TestWorkers(Engine engine, HoldfastOptions options, Mode mode, @Nullable InMemoryEngine memory) {
    this.engine = engine;
    this.options = options;
    this.mode = mode;
    this.memory = memory;
    if (mode == Mode.STEP_BY_STEP && memory != null) {
      memory.store().gate().closeBetweenSteps();
    }
  }

  /** The test's own door is open. */
  void opened(Holdfast door) {
    holdfast = door;
  }

  /**
   * The options workers have unless the test sets others: the defaults, but a drain takes at most 3
   * s, the JVM's shutdown is not listened to, and ended jobs are kept for ten years.
   */
  public WorkerOptions options() {
    return OPTIONS;
  }

  /**
   * Starts a worker on the test's queues, with {@link #options()} unless the test sets others.
   *
   * <p>In mode {@link Mode#INLINE} it returns once the jobs that were ready have been attempted.
   *
   * @param made adds handlers, and queues if the worker is to read others than its handlers'
   * @throws dev.holdfast.job.InvalidHandlerException as {@link Worker.Builder#start()}
   */
  public Worker start(Consumer<Worker.Builder> made) {
    return start(made, (seen, die) -> seen);
  }

  /**
   * Puts something between a worker and the engine.
   *
   * @see #start(Consumer)
   */
  interface Tap {
    /**
     * The engine, as the worker is to see it.
     *
     * @param die makes the worker die now
     */
    Engine around(Engine engine, Runnable die);
  }

  /** As {@link #start(Consumer)}, with something in between. */
  Worker start(Consumer<Worker.Builder> made, Tap tap) {
    WorkerSide side = new WorkerSide(engine, tap, crashes, new Watching());
    // A door of its own: closing the worker closes nothing that others use.
    Holdfast door = Holdfast.on(side, options);
    Worker worker;
    synchronized (started) {
      try {
        Worker.Builder builder = Worker.on(door).options(OPTIONS);
        made.accept(builder);
        worker = builder.interceptor(OngoingAttempt.of(side)).start();
      } catch (RuntimeException | Error e) {
        door.close();
        throw e;
      }
      started.add(new Started(worker, door, side));
      join(side, worker);
    }
    afterEnqueue();
    return worker;
  }

  private void join(WorkerSide side, Worker worker) {
    side.named(worker.name());
    if (memory != null) {
      Set<String> queues = worker.health().sinceLastTurn().keySet();
      List<ReapOrder> orders =
          queues.stream().map(name -> worker.options().reapOrder(QueueRef.of(name))).toList();
      memory.store().join(side, orders);
      if (side.dead()) {
        memory.store().leave(side);
      }
    }
  }

  /**
   * Starts a worker as it was built, such as on a Holdfast of the test's own.
   *
   * @throws dev.holdfast.job.InvalidHandlerException as {@link Worker.Builder#start()}
   */
  public Worker start(Worker.Builder builder) {
    synchronized (started) {
      Worker worker = builder.start();
      started.add(new Started(worker, null, null));
      return worker;
    }
  }

  // ---- step by step -----------------------------------------------------------------------------

  /**
   * In mode {@link Mode#STEP_BY_STEP}, lets a worker make one attempt at one job: the next one that
   * is ready or due, of the first queue that has one, in the order the queues were first served.
   * Time stands still.
   *
   * @return how the job stands after the attempt; empty if there is nothing to do now
   * @throws IllegalStateException in another mode, or if the attempt does not end within 10 s of
   *     real time
   */
  public Optional<JobStatus> step() {
    if (mode != Mode.STEP_BY_STEP || memory == null) {
      throw new IllegalStateException(
          "this test runs in mode " + mode + "; step() is for @HoldfastTest(mode = STEP_BY_STEP)");
    }
    Step step = memory.passingTime().step();
    if (step == null) {
      return Optional.empty();
    }
    return looks().status(step.queue().id(step.held().key()));
  }

  private Holdfast looks() {
    Holdfast known = holdfast;
    if (known == null) {
      throw new IllegalStateException("the test's Holdfast is not opened yet");
    }
    return known;
  }

  // ---- inline -----------------------------------------------------------------------------------

  /** Waits until what was enqueued has been attempted, in mode INLINE; never in an attempt. */
  void afterEnqueue() {
    if (mode == Mode.INLINE && memory != null && OngoingAttempt.here() == null) {
      memory.passingTime().awaitServed();
    }
  }

  // ---- crashes ----------------------------------------------------------------------------------

  /**
   * Makes the first worker that reaches a point die there: nothing that it does afterwards reaches
   * the engine. What it held is attempted again by another worker of the test, once its lease has
   * ended and a reap is due; {@link InMemoryEngine#letPass} gets there in no time. Each call kills
   * one worker. A test in which the point is not reached fails when it ends.
   *
   * <p>With it the jobs are lost that the worker holds beside this one. Their handlers cannot be
   * stopped at once as by a kill: they are interrupted after the drain grace, and what they do
   * until then counts for nothing.
   */
  public Crash crashAfter(CrashPoint point) {
    return crashes.order(Objects.requireNonNull(point, "point"));
  }

  /**
   * As {@link #crashAfter(CrashPoint)}, at a point that a handler reaches, by the name it gives to
   * {@link #crashPoint}. The handler ends there with an {@code Error}.
   */
  public Crash crashAfter(String point) {
    return crashes.order(Objects.requireNonNull(point, "point"));
  }

  /** As {@link #crashAfter(String)}, at a point in a step of a watched flow. */
  Crash crashAt(StepPoint point) {
    return crashes.order(point);
  }

  /**
   * Marks a point in a handler, for {@link #crashAfter(String)}: a test calls it where it stands in
   * for what the handler uses. Does nothing unless a crash is ordered there, or outside an attempt.
   */
  public void crashPoint(String point) {
    OngoingAttempt here = OngoingAttempt.here();
    if (here != null) {
      here.reached(Objects.requireNonNull(point, "point"));
    }
  }

  /** What becomes of workers that were started here. */
  private final class Watching implements WorkerSide.Listener {
    @Override
    public void died(WorkerSide side, Set<String> consumers) {
      if (memory != null) {
        memory.store().die(side, consumers);
      }
      // On another thread: the one that died may be the worker's own.
      Thread burial = new Thread(() -> bury(side), "holdfast-burial");
      burial.setDaemon(true);
      burial.start();
    }

    @Override
    public void turnBegins() {
      if (memory != null) {
        memory.store().turnBegins();
      }
    }

    @Override
    public void turnEnds() {
      if (memory != null) {
        memory.store().turnEnds();
      }
    }

    @Override
    public Set<String> recorded(JobId run) {
      return looks().runs().status(run).map(RunStatus::steps).orElse(List.of()).stream()
          .filter(step -> step.state() != RunStatus.State.PENDING)
          .map(RunStatus.StepStatus::key)
          .collect(Collectors.toSet());
    }

    @Override
    public void left(WorkerSide side) {
      if (memory != null) {
        memory.store().leave(side);
      }
    }
  }

  /** Ends the threads of a dead worker; its drain reaches nobody. */
  private void bury(WorkerSide side) {
    List<Started> dead;
    synchronized (started) {
      dead = started.stream().filter(one -> one.side() == side).toList();
    }
    dead.forEach(Started::close);
  }

  // ---- the end ----------------------------------------------------------------------------------

  /**
   * Drains all workers, the last started first, and returns when they have ended. Happens by itself
   * after the test. Others may be started afterwards.
   */
  public void drain() {
    List<Started> draining;
    synchronized (started) {
      draining = new ArrayList<>(started);
      started.clear();
    }
    RuntimeException failure = null;
    for (int i = draining.size() - 1; i >= 0; i--) {
      try {
        draining.get(i).close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Fails if a crash that the test ordered did not happen: it has not tested what it says. */
  void requireCrashes() {
    List<Crash> unreached = crashes.forgetUnreached();
    if (!unreached.isEmpty()) {
      throw new IllegalStateException(
          "the test ordered what did not happen: no worker reached the point: " + unreached);
    }
  }
}
