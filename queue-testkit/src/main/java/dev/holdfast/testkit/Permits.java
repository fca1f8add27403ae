package dev.holdfast.testkit;

import dev.holdfast.limit.Rate;

/**
 * The permits of a rate, by the generic cell rate algorithm. What was taken is one instant, tat; it
 * and all others are in µs since 1970.
 */
record Permits(double interval, int burst) {
  /** How much later than a permit is due it may be looked for, so that a turn finds several. */
  private static final double PATIENCE = 5_000;

  /** Up to where Redis counts exactly. */
  private static final double LAST = 1L << 53;

  static Permits of(Rate rate) {
    return new Permits(rate.period().toNanos() / 1_000.0 / rate.permits(), rate.burst());
  }

  /** How far tat may be ahead of a claim; a job that costs more than the burst finds none taken. */
  private long slack(int cost) {
    return (long) Math.floor(Math.max(0, burst - cost) * interval);
  }

  boolean allows(long tat, int cost, long now) {
    return tat - now <= slack(cost);
  }

  /** The tat after a claim. */
  long take(long tat, int cost, long now) {
    return (long) Math.min(LAST, Math.max(tat, now) + Math.ceil(cost * interval));
  }

  /** When to look again for so many permits that are not there now, in ms since 1970. */
  long lookAt(long tat, int cost, long now) {
    long soonest = now + (long) Math.min(PATIENCE, burst * interval / 2);
    return -Math.floorDiv(-Math.max(tat - slack(cost), soonest), 1_000L);
  }
}
