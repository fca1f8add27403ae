package dev.holdfast.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets a thread wait until what others change is as it wishes. Costs nothing if nobody waits. */
final class ChangeSignal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Something changed. Call it with no lock held that the question of a waiting thread takes. */
  void tell() {
    if (waiting.get() > 0) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Waits until an answer is null.
   *
   * @param question asked at once and after each change, with this lock held
   * @param nanos how long to wait
   * @return null, or the last answer when the time is over
   */
  <T> @Nullable T awaitNull(Supplier<@Nullable T> question, long nanos)
      throws InterruptedException {
    waiting.incrementAndGet();
    lock.lock();
    try {
      long deadline = System.nanoTime() + nanos;
      T answer = question.get();
      while (answer != null) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return answer;
        }
        boolean unused = changed.await(left, TimeUnit.NANOSECONDS);
        answer = question.get();
      }
      return null;
    } finally {
      lock.unlock();
      waiting.decrementAndGet();
    }
  }
}
