package dev.holdfast.retry;

import java.time.Duration;

/** The wait before another attempt, as a function of the failures so far. Pure. */
@FunctionalInterface
public interface Backoff {
  /**
   * The wait after this many failures, before jitter.
   *
   * @param failures failures so far, at least 1
   * @return zero or more, never null
   */
  Duration after(int failures);

  /**
   * Doubles at every failure: {@code min(max, base·2^failures)}. With base 1 s and max 60 s: 2 s, 4
   * s, 8 s, 16 s, 32 s, then 60 s for ever.
   *
   * @param base 1 ms to 1 day
   * @param max at least the base, at most 30 days
   * @throws IllegalArgumentException if one is out of range
   */
  static Backoff exponential(Duration base, Duration max) {
    Bounds.check("base", base, Duration.ofMillis(1), Duration.ofDays(1));
    Bounds.check("max", max, base, Duration.ofDays(30));
    long baseMs = base.toMillis();
    long maxMs = max.toMillis();
    return failures -> {
      Bounds.requireFailures(failures);
      // Past 2^62 / base the product would overflow; it has long passed max by then.
      boolean saturated = failures >= 62 || baseMs > (maxMs >> failures);
      return Duration.ofMillis(saturated ? maxMs : Math.min(maxMs, baseMs << failures));
    };
  }

  /**
   * The same wait after every failure.
   *
   * @param wait zero to 30 days
   * @throws IllegalArgumentException if it is out of range
   */
  static Backoff fixed(Duration wait) {
    Bounds.check("wait", wait, Duration.ZERO, Duration.ofDays(30));
    return failures -> {
      Bounds.requireFailures(failures);
      return wait;
    };
  }
}
