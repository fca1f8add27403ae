package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.QueueRef;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
      return act.on(queue, clock.instant());
    } finally {
      queue.lock.unlock();
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
}
