package dev.holdfast.testkit;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long an assertion waits to become true: zero asks once. It asks again after 1 ms, 2 ms, 4 ms
 * and so on, at most 50 ms apart: chosen, not measured.
 *
 * @param time of real time
 */
record Patience(Duration time) {
  static final Patience NONE = new Patience(Duration.ZERO);
  static final Duration STANDARD = Duration.ofSeconds(10);

  private static final long FIRST_MS = 1;
  private static final long LONGEST_MS = 50;

  Patience {
    if (time.isNegative() || time.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("patience is " + time + "; it must be 0 to 1 h");
    }
  }

  /** Asks until there is no complaint or the time is over; gives the last complaint. */
  @Nullable String lastComplaint(Supplier<@Nullable String> question) {
    long deadline = System.nanoTime() + time.toNanos();
    Semaphore never = new Semaphore(0);
    long pause = FIRST_MS;
    String complaint = question.get();
    while (complaint != null && System.nanoTime() - deadline < 0) {
      try {
        boolean unused = never.tryAcquire(pause, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return complaint + "\n(the thread was interrupted while it waited)";
      }
      pause = Math.min(2 * pause, LONGEST_MS);
      complaint = question.get();
    }
    return complaint == null || time.isZero()
        ? complaint
        : complaint + "\n(waited " + time.toMillis() + " ms)";
  }
}
