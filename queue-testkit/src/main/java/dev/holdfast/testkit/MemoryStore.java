package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.QueueRef;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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

  /** Told after each act on a queue, with no lock held. */
  private final ChangeSignal changes = new ChangeSignal();

  /** Set once, by {@link #close()}. */
  private volatile boolean closed;

  MemoryStore(InstantSource clock) {
    this.clock = clock;
  }

  BellTokens bells() {
    return bells;
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
      return act.on(queue, clock.instant());
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

  /** Wakes workers of every queue with a job that is due now. */
  void ringWhereDue() {
    for (QueueRef ref : List.copyOf(queues.keySet())) {
      run(
          ref,
          (queue, now) -> {
            Long head = queue.due.firstScore();
            if (head != null && head <= now.toEpochMilli()) {
              queue.ring();
            }
          });
    }
  }

  /**
   * Waits until no job is held, ready or due, paused queues left out.
   *
   * @param nanos how long to wait, of real time
   * @return null once that is so; else what there was to do when the time was over
   */
  @Nullable String awaitQuiet(long nanos) throws InterruptedException {
    return changes.awaitNull(this::busy, nanos);
  }

  private @Nullable String busy() {
    String found;
    long before;
    do {
      // A handler may enqueue to a queue already looked at, and end before its own is looked at.
      before = acts.get();
      found = firstBusy();
    } while (found == null && acts.get() != before);
    return found;
  }

  private @Nullable String firstBusy() {
    for (MemoryQueue queue : queues.values()) {
      queue.lock.lock();
      try {
        int held = queue.leases.size();
        int ready = queue.ready();
        int due = queue.due.countUpTo(clock.instant().toEpochMilli());
        if (held > 0 || (!queue.paused && ready + due > 0)) {
          return "queue %s has %d jobs held, %d ready and %d due"
              .formatted(queue.ref.name(), held, ready, due);
        }
      } finally {
        queue.lock.unlock();
      }
    }
    return null;
  }

  /** When the next job is due in any queue that is not paused. */
  @Nullable Instant nextDue() {
    Long next = null;
    for (MemoryQueue queue : queues.values()) {
      queue.lock.lock();
      try {
        Long head = queue.due.firstScore();
        if (head != null && !queue.paused && (next == null || head < next)) {
          next = head;
        }
      } finally {
        queue.lock.unlock();
      }
    }
    return next == null ? null : Instant.ofEpochMilli(next);
  }
}
