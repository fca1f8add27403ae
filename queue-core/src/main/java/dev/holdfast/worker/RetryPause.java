package dev.holdfast.worker;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long a loop waits after trouble: 50 ms, doubling to 2 s, half of it random, so that workers
 * which lost the engine together do not come back together. Chosen, not measured. Used by one
 * thread.
 */
final class RetryPause {
  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MOST = TimeUnit.SECONDS.toNanos(2);

  private long next = FIRST;

  /** The next wait in nanoseconds; the one after is longer. */
  long nextNanos() {
    long wait = next;
    next = Math.min(MOST, next * 2);
    return wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2 + 1);
  }

  /** All is well again: the next trouble begins with the shortest wait. */
  void reset() {
    next = FIRST;
  }

  /** Whether there was trouble since the last reset. */
  boolean troubled() {
    return next != FIRST;
  }
}
