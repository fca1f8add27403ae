package dev.holdfast.testkit;

import dev.holdfast.spi.QueueRef;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bells of all queues of an engine: at most one token each, and those who wait for one. Taken
 * after a queue's lock, never before.
 */
final class BellTokens {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock: the queues whose bell holds a token.
  private final Set<QueueRef> rung = new HashSet<>();

  void ring(QueueRef queue) {
    lock.lock();
    try {
      if (rung.add(queue)) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a token of one of these queues and takes it.
   *
   * @param ended looked at when woken: whether to give up waiting
   * @return the queue; null if none rang in time, or the waiting was ended
   */
  @Nullable QueueRef await(Set<QueueRef> queues, long nanos, BooleanSupplier ended)
      throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    lock.lockInterruptibly();
    try {
      while (!ended.getAsBoolean()) {
        for (QueueRef queue : queues) {
          if (rung.remove(queue)) {
            return queue;
          }
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return null;
        }
        boolean unused = changed.await(left, TimeUnit.NANOSECONDS);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Runs a step that others look at while they wait, and makes them look. */
  void wake(Runnable step) {
    lock.lock();
    try {
      step.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
