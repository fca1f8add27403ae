package dev.holdfast.limit;

import java.time.Duration;
import java.util.Objects;

/**
 * So many permits a period, spread evenly, with a burst of some at once: the generic cell rate
 * algorithm. A claim takes as many permits as its job costs, one by default.
 *
 * <p>Permits come one every {@code period / permits}; at most {@code burst} of them are kept. So in
 * any span of length t no more than {@code permits · t / period + burst} are taken. A job that
 * costs more than the burst is let through when all permits are there, and the next one waits
 * accordingly longer.
 *
 * <p>A permit that is due is used by a worker within a millisecond or two. With a burst of 1 the
 * next one counts from then, so that a rate of 100 a second loses 10 to 20 % of it; a burst of 2 or
 * more makes up for that.
 *
 * @param permits how many, 1 to 1,000,000
 * @param period in which time, 1 ms to 366 days
 * @param burst how many at once after a pause, 1 to 1,000,000
 */
public record Rate(int permits, Duration period, int burst) {
  /** The most permits, and the largest burst. */
  public static final int MOST = 1_000_000;

  private static final Duration LONGEST = Duration.ofDays(366);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Rate {
    Objects.requireNonNull(period, "period");
    within("permits", permits);
    within("burst", burst);
    if (period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "the period is " + period + "; it must be 1 ms to " + LONGEST.toDays() + " days");
    }
  }

  /** So many permits a period, one at a time: burst 1. */
  public static Rate of(int permits, Duration period) {
    return new Rate(permits, period, 1);
  }

  /** The same rate with another burst. */
  public Rate burst(int permitsAtOnce) {
    return new Rate(permits, period, permitsAtOnce);
  }

  private static void within(String what, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be 1 to " + MOST);
    }
  }

  @Override
  public String toString() {
    return permits + " per " + period + (burst > 1 ? ", " + burst + " at once" : "");
  }
}
