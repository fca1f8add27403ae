package dev.holdfast.retry;

import java.time.Duration;

/** Checks the arguments of this package. */
final class Bounds {
  private Bounds() {}

  static void check(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + " is " + value + "; it must be " + least + " to " + most);
    }
  }

  static void requireFailures(int failures) {
    if (failures < 1) {
      throw new IllegalArgumentException("failures is " + failures + "; it must be at least 1");
    }
  }
}
