package dev.holdfast.testkit;

import dev.holdfast.job.JobId;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep;
import dev.holdfast.testkit.StepPoint.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine as one worker of a test sees it. When the worker is to die, everything it asks from
 * then on comes back as if all were well, and nothing of it reaches the engine: no outcome, no
 * extension, no reap, no drain. So its process goes on quietly, and its leases run out.
 */
final class WorkerSide implements Engine {
  private static final Logger log = LoggerFactory.getLogger(WorkerSide.class);

  private final Engine engine;
  private final Crashes crashes;
  private final Listener listener;
  private final Claiming claiming;
  private final Upkeep upkeep = new Rounds();
  private final Ticking ticking;
  private final Runs runs;

  /** The consumers the worker has taken turns as. */
  private final Set<String> consumers = ConcurrentHashMap.newKeySet();

  /** Set once, before any thread can die. */
  private volatile String worker = "the worker";

  /** Set once, with the lock of this object held. */
  private volatile boolean dead;

  /** What must be known of a worker. */
  interface Listener {
    /** It died; these consumers of it hold what they hold. */
    void died(WorkerSide side, Set<String> consumers);

    /** It takes a turn after which it may be dead: all is not quiet before {@link #turnEnds}. */
    void turnBegins();

    /** It has taken the turn. */
    void turnEnds();

    /** The keys of the steps of a run whose outcomes are recorded. */
    Set<String> recorded(JobId run);

    /** It serves a queue no longer. */
    void left(WorkerSide side);
  }

  WorkerSide(Engine engine, TestWorkers.Tap tap, Crashes crashes, Listener listener) {
    this.engine = tap.around(engine, this::die);
    this.crashes = crashes;
    this.listener = listener;
    this.claiming = new Side(this.engine.claiming());
    this.ticking = new Clockwork(this.engine.ticking());
    this.runs = new MortalRuns(this.engine, this);
  }

  void named(String name) {
    worker = name;
  }

  boolean dead() {
    return dead;
  }

  private void die() {
    synchronized (this) {
      if (dead) {
        return;
      }
      dead = true;
    }
    log.info("{} has died; what it logs of its jobs from now on is not so", worker);
    listener.died(this, Set.copyOf(consumers));
  }

  /**
   * Does something that a dead worker does not. Time does not pass between the look and the act: a
   * lease that the dead extended at a later time would end later.
   */
  <T> T unlessDead(Supplier<T> act, T otherwise) {
    listener.turnBegins();
    try {
      return dead ? otherwise : act.get();
    } finally {
      listener.turnEnds();
    }
  }

  /** Dies if that is ordered; whether the worker is dead now. */
  boolean reached(Object point, JobId job) {
    synchronized (this) {
      if (dead) {
        return true;
      }
      if (!crashes.strikes(point, worker, job)) {
        return false;
      }
      dead = true;
    }
    log.info(
        "{} has died after {} of job {}; what it logs of its jobs from now on is not so",
        worker,
        point,
        job);
    listener.died(this, Set.copyOf(consumers));
    return true;
  }

  @Override
  public Intake intake() {
    return engine.intake();
  }

  @Override
  public Claiming claiming() {
    return claiming;
  }

  @Override
  public Bells openBells(String name) {
    return new Ears(engine.openBells(name));
  }

  @Override
  public Upkeep upkeep() {
    return upkeep;
  }

  @Override
  public Control control() {
    return engine.control();
  }

  @Override
  public Ticking ticking() {
    return ticking;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public Topics topics() {
    return engine.topics();
  }

  @Override
  public Locks locks() {
    return engine.locks();
  }

  @Override
  public Duration reconnectCap() {
    return engine.reconnectCap();
  }

  @Override
  public String describe() {
    return engine.describe();
  }

  /** Leaves the engine open: it is the test's. */
  @Override
  public void close() {}

  /** Turns, leases and notes. */
  private final class Side implements Claiming {
    private final Claiming real;

    Side(Claiming real) {
      this.real = real;
    }

    @Override
    public void open(QueueRef queue) {
      if (!dead) {
        real.open(queue);
      }
    }

    @Override
    public TurnReply turn(Turn turn) {
      consumers.add(turn.consumer());
      if (dead || diesBefore(turn)) {
        return nothing(turn);
      }
      boolean awaited = crashes.isOrdered(CrashPoint.ACK) || crashes.awaitsOutcomes();
      if (awaited) {
        listener.turnBegins();
      }
      try {
        TurnReply reply = real.turn(turn);
        return dead || diesAfter(turn, reply) ? nothing(turn) : reply;
      } finally {
        if (awaited) {
          listener.turnEnds();
        }
      }
    }

    private boolean diesBefore(Turn turn) {
      return turn.settlements().stream()
          .filter(settlement -> attempted(settlement.outcome()))
          .anyMatch(
              settlement -> reached(CrashPoint.HANDLER, turn.queue().id(settlement.held().key())));
    }

    private boolean diesAfter(Turn turn, TurnReply reply) {
      for (int i = 0; i < reply.settled().size(); i++) {
        boolean written =
            switch (reply.settled().get(i)) {
              case DONE, ALREADY, CANCELLED -> true;
              case TAKEN, UNCLAIMED, GONE -> false;
            };
        Held held = turn.settlements().get(i).held();
        Outcome outcome = turn.settlements().get(i).outcome();
        JobId job = turn.queue().id(held.key());
        if (written && attempted(outcome) && reached(CrashPoint.ACK, job)) {
          return true;
        }
        if (written && outcome instanceof Outcome.Suspended && diesOfOutcome(job)) {
          return true;
        }
      }
      for (Claim claim : reply.claims()) {
        if (reached(CrashPoint.CLAIM, turn.queue().id(claim.held().key()))) {
          return true;
        }
      }
      return false;
    }

    private static boolean attempted(Outcome outcome) {
      return !(outcome instanceof Outcome.Released || outcome instanceof Outcome.Missed);
    }

    private static TurnReply nothing(Turn turn) {
      List<Settled> settled = Collections.nCopies(turn.settlements().size(), Settled.DONE);
      return new TurnReply(false, settled, List.of(), false, false, null, 0, 0);
    }

    @Override
    public List<LeaseReply> extend(QueueRef queue, Duration lease, List<Held> held) {
      return unlessDead(
          () -> real.extend(queue, lease, held),
          Collections.nCopies(held.size(), LeaseReply.EXTENDED));
    }

    @Override
    public CompletableFuture<Boolean> note(QueueRef queue, Held held, Note note) {
      return dead ? CompletableFuture.completedFuture(true) : real.note(queue, held, note);
    }

    @Override
    public void leave(QueueRef queue, String consumer) {
      if (!dead) {
        listener.left(WorkerSide.this);
        real.leave(queue, consumer);
      }
    }

    @Override
    public Subscription onCancel(QueueRef queue, Consumer<String> onCancel) {
      return dead ? () -> {} : real.onCancel(queue, onCancel);
    }
  }

  /** Whether it dies because an outcome of a step of a run is recorded now. */
  boolean diesOfOutcome(JobId run) {
    return crashes.awaitsOutcomes()
        && listener.recorded(run).stream()
            .anyMatch(step -> reached(new StepPoint(step, Moment.OUTCOME), run));
  }

  /** Reaps, while it lives. */
  private final class Rounds implements Upkeep {
    @Override
    public ReapReply reap(ReapOrder order) {
      return dead ? new ReapReply(Gate.NOT_YET, 0, 0, 0, false, null) : engine.upkeep().reap(order);
    }

    @Override
    public int tidy(ReapOrder order, String consumer) {
      return dead ? 0 : engine.upkeep().tidy(order, consumer);
    }
  }

  /** Schedules, which a dead worker fires no more. */
  private final class Clockwork implements Ticking {
    private final Ticking real;

    Clockwork(Ticking real) {
      this.real = real;
    }

    @Override
    public void enlist(QueueRef queue) {
      real.enlist(queue);
    }

    @Override
    public List<QueueRef> enlisted() {
      return real.enlisted();
    }

    @Override
    public Found find(QueueRef queue, List<String> names) {
      return real.find(queue, names);
    }

    @Override
    public Found list(QueueRef queue, @Nullable String after, int size) {
      return real.list(queue, after, size);
    }

    @Override
    public boolean write(QueueRef queue, Change change) {
      return dead || real.write(queue, change);
    }

    @Override
    public boolean remove(QueueRef queue, String name, String revision) {
      return dead || real.remove(queue, name, revision);
    }

    @Override
    public Due due(QueueRef queue, int most, Duration hold) {
      return dead ? new Due(Instant.EPOCH, List.of(), null) : real.due(queue, most, hold);
    }

    @Override
    public List<Fired> fire(QueueRef queue, long bound, List<Firing> firings) {
      return dead
          ? Collections.nCopies(firings.size(), new Fired(Verdict.STALE, null))
          : real.fire(queue, bound, firings);
    }

    @Override
    public Subscription onChange(QueueRef queue, Runnable onChange) {
      return dead ? () -> {} : real.onChange(queue, onChange);
    }
  }

  /** Bells, which a dead worker hears no more: a token it took is put back. */
  private final class Ears implements Bells {
    private final Bells real;
    private final Semaphore woken = new Semaphore(0);

    Ears(Bells real) {
      this.real = real;
    }

    @Override
    public Optional<QueueRef> await(Set<QueueRef> queues, Duration most) {
      if (dead) {
        return silence(most);
      }
      Optional<QueueRef> rung = real.await(queues, most);
      if (dead && rung.isPresent()) {
        real.ring(rung.get());
        return Optional.empty();
      }
      return rung;
    }

    private Optional<QueueRef> silence(Duration most) {
      try {
        boolean unused = woken.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Optional.empty();
    }

    @Override
    public void unblock() {
      woken.release();
      real.unblock();
    }

    @Override
    public void ring(QueueRef queue) {
      if (!dead) {
        real.ring(queue);
      }
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
