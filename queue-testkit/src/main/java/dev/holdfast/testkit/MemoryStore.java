package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Upkeep.ReapOrder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the actors of one engine share: its queues, its bells and the clock it judges by. Every act
 * on a queue goes through here: it holds the queue's lock and is judged by one instant.
 */
final class MemoryStore {
  /** A step on a queue whose lock is held. */
  interface Act<T> {
    /** Runs the step at an instant of the engine's clock. */
    T on(MemoryQueue queue, Instant now);
  }

  /** A step on a queue whose lock is held, that gives nothing. */
  interface Step {
    /** Runs the step at an instant of the engine's clock. */
    void on(MemoryQueue queue, Instant now);
  }

  private final InstantSource clock;
  private final BellTokens bells = new BellTokens();
  private final Map<QueueRef, MemoryQueue> queues = new ConcurrentHashMap<>();

  /** Counts acts, each within its queue's lock. */
  private final AtomicLong acts = new AtomicLong();

  /** Turns that a worker may not survive, and that are on their way. */
  private final AtomicInteger turns = new AtomicInteger();

  /** Told after each act on a queue, with no lock held. */
  private final ChangeSignal changes = new ChangeSignal();

  /** Told when schedules are to be looked at. */
  private final Map<QueueRef, List<Runnable>> tickListeners = new ConcurrentHashMap<>();

  private final StepGate gate = new StepGate();
  private final Crew crew = new Crew();

  /** Set once, by {@link #close()}. */
  private volatile boolean closed;

  MemoryStore(InstantSource clock) {
    this.clock = clock;
  }

  BellTokens bells() {
    return bells;
  }

  StepGate gate() {
    return gate;
  }

  Crew crew() {
    return crew;
  }

  /** A worker of the test lives, and would reap these queues like this. */
  void join(Object worker, List<ReapOrder> orders) {
    crew.join(worker, orders);
    for (ReapOrder order : orders) {
      // The first worker of a queue finds no outage: there was nobody to be away.
      run(
          order.queue(),
          (queue, now) ->
              queue.lastReap = queue.lastReap == null ? (Long) now.toEpochMilli() : queue.lastReap);
    }
  }

  /** A worker of the test takes a turn that it may not survive; nothing is quiet meanwhile. */
  void turnBegins() {
    turns.incrementAndGet();
  }

  /** It has taken the turn, or has died with it. */
  void turnEnds() {
    turns.decrementAndGet();
    changes.tell();
  }

  /** A worker of the test serves no longer. */
  void leave(Object worker) {
    crew.leave(worker);
  }

  /** A worker of the test has died; who waits for what it holds waits no longer. */
  void die(Object worker, Set<String> consumers) {
    crew.die(worker, consumers);
    changes.tell();
    ringWhereUntold();
  }

  ChangeSignal changes() {
    return changes;
  }

  boolean closed() {
    return closed;
  }

  void close() {
    bells.wake(() -> closed = true);
  }

  void requireOpen() {
    if (closed) {
      throw new EngineUnavailableException("the in-memory engine is closed; nothing was done");
    }
  }

  MemoryQueue queue(QueueRef ref) {
    return queues.computeIfAbsent(ref, r -> new MemoryQueue(r, bells));
  }

  <T> T act(QueueRef ref, Act<T> act) {
    requireOpen();
    MemoryQueue queue = queue(ref);
    queue.lock.lock();
    try {
      acts.incrementAndGet();
      Instant now = clock.instant();
      queue.judgeAt(now);
      return act.on(queue, now);
    } finally {
      queue.lock.unlock();
      changes.tell();
    }
  }

  void run(QueueRef ref, Step step) {
    Boolean unused =
        act(
            ref,
            (queue, now) -> {
              step.on(queue, now);
              return Boolean.TRUE;
            });
  }

  /** Who is told when schedules of a queue are to be looked at. */
  List<Runnable> tickListeners(QueueRef ref) {
    return tickListeners.computeIfAbsent(ref, r -> new CopyOnWriteArrayList<>());
  }

  /** Wakes workers of every queue with a job or a tick that is due now. */
  void ringWhereDue() {
    for (QueueRef ref : List.copyOf(queues.keySet())) {
      run(
          ref,
          (queue, now) -> {
            if (queue.timeHasCome()) {
              queue.ring();
            }
            Long tick = queue.ticks.firstScore();
            if (tick != null && tick <= now.toEpochMilli()) {
              tickListeners(ref).forEach(Runnable::run);
            }
          });
    }
  }

  /** Wakes workers of every queue with ends to tell: a turn says so. */
  private void ringWhereUntold() {
    for (MemoryQueue queue : queues.values()) {
      queue.lock.lock();
      try {
        if (!queue.untold.isEmpty()) {
          queue.ring();
        }
      } finally {
        queue.lock.unlock();
      }
    }
  }

  /** Wakes workers of a queue. */
  void ring(QueueRef ref) {
    run(ref, (queue, now) -> queue.ring());
  }

  /**
   * Waits until no job of some queues is held, ready or due, and no end of one is to be told;
   * paused queues and what dead workers hold are left out.
   *
   * @param which the queues
   * @param nanos how long to wait, of real time
   * @return null once that is so; else what there was to do when the time was over
   */
  @Nullable String awaitQuiet(Predicate<QueueRef> which, long nanos) throws InterruptedException {
    ringWhereUntold();
    return changes.awaitNull(() -> busy(which), nanos);
  }

  private @Nullable String busy(Predicate<QueueRef> which) {
    String found;
    long before;
    do {
      // A handler may enqueue to a queue already looked at, and end before its own is looked at.
      before = acts.get();
      found = firstBusy(which);
    } while (found == null && acts.get() != before);
    return found;
  }

  private @Nullable String firstBusy(Predicate<QueueRef> which) {
    for (MemoryQueue queue : queues.values()) {
      if (which.test(queue.ref)) {
        queue.lock.lock();
        try {
          int held = queue.leases.size() - queue.heldBy(crew::isDead).size();
          queue.judgeAt(clock.instant());
          int waiting = queue.claimable();
          int ticks = queue.ticks.countUpTo(clock.instant().toEpochMilli());
          if (ticks > 0) {
            return "queue %s has %d ticks to fire".formatted(queue.ref.name(), ticks);
          }
          if (!queue.untold.isEmpty() && crew.reaper(queue.ref) != null) {
            return "queue %s has ends to tell".formatted(queue.ref.name());
          }
          if (held > 0 || waiting > 0) {
            return "queue %s has %d jobs held and %d ready or due"
                .formatted(queue.ref.name(), held, waiting);
          }
        } finally {
          queue.lock.unlock();
        }
      }
    }
    return turns.get() > 0 ? "a worker takes a turn" : null;
  }

  /** Whether a worker could claim a job now. */
  boolean claimable(QueueRef ref) {
    MemoryQueue queue = queue(ref);
    queue.lock.lock();
    try {
      queue.judgeAt(clock.instant());
      return queue.claimable() > 0;
    } finally {
      queue.lock.unlock();
    }
  }

  /** Whether a claim stands, or may be about to, and its worker lives. */
  boolean stands(QueueRef ref, Held held) {
    if (turns.get() > 0) {
      return true;
    }
    MemoryQueue queue = queue(ref);
    queue.lock.lock();
    try {
      MemoryJob job = queue.jobs.get(held.key());
      return job != null
          && job.consumer != null
          && held.token().equals(job.token)
          && !crew.isDead(job.consumer);
    } finally {
      queue.lock.unlock();
    }
  }

  /** When the next job is due in any queue that is not paused, or the next tick in any. */
  @Nullable Instant nextDue() {
    Long next = null;
    for (MemoryQueue queue : queues.values()) {
      queue.lock.lock();
      try {
        queue.judgeAt(clock.instant());
        Long head = queue.nextDue(true);
        if (head != null && !queue.paused && (next == null || head < next)) {
          next = head;
        }
        Long tick = queue.ticks.firstScore();
        if (tick != null && (next == null || tick < next)) {
          next = tick;
        }
      } finally {
        queue.lock.unlock();
      }
    }
    return next == null ? null : Instant.ofEpochMilli(next);
  }

  /** All queues there are. */
  List<QueueRef> all() {
    return List.copyOf(queues.keySet());
  }
}
