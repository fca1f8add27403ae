package dev.holdfast.examples.orderflow;

import java.time.Duration;

/**
 * How long a day lasts. All times of an order are counted in days, so that nothing else has to know
 * that a run takes seconds.
 *
 * @param one a day, 100 ms to 24 hours
 */
record Days(Duration one) {
  static final Duration SHORTEST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofDays(1);

  Days {
    if (one.compareTo(SHORTEST) < 0 || one.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a day is " + one + "; it must be " + SHORTEST + " to " + LONGEST);
    }
  }

  Duration of(int days) {
    return one.multipliedBy(days);
  }
}
