package dev.holdfast.job;

import java.time.Duration;
import java.util.Objects;

/** What the rules of {@link Uniqueness} have in common. */
final class UniqueBounds {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(366);

  private UniqueBounds() {}

  static void key(String key) {
    Naming.key("unique key", key);
  }

  static void duration(String what, Duration duration) {
    Objects.requireNonNull(duration, what);
    if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
      throw new InvalidJobException(what + " is " + duration + "; it must be 1 ms to 366 days");
    }
  }
}
