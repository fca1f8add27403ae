package dev.holdfast.worker;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long a loop waits after trouble: 50 ms, doubling to 2 s or to the engine's reconnect cap if
 * that is less, half of it random, so that workers which lost the engine together do not come back
 * together. Chosen, not measured. Used by one thread.
 */
final class RetryPause {
  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MOST = TimeUnit.SECONDS.toNanos(2);

  private final long most;
  private long next = FIRST;

  RetryPause() {
    this(Duration.ofNanos(MOST));
  }

  /** With another longest wait, within 50 ms and 2 s. */
  RetryPause(Duration most) {
    this.most = Math.max(FIRST, Math.min(MOST, most.toNanos()));
  }

  /** The next wait in nanoseconds; the one after is longer. */
  long nextNanos() {
    long wait = next;
    next = Math.min(most, next * 2);
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
