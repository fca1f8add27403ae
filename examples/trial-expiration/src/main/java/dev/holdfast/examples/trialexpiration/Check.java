package dev.holdfast.examples.trialexpiration;

import java.util.Locale;

/**
 * Something that was counted, and what it must be.
 *
 * @param least the least it may be
 * @param most the most it may be
 */
record Check(String what, long seen, long least, long most) {

  static Check exactly(String what, long seen, long expected) {
    return new Check(what, seen, expected, expected);
  }

  static Check atLeast(String what, long seen, long least) {
    return new Check(what, seen, least, Long.MAX_VALUE);
  }

  boolean holds() {
    return least <= seen && seen <= most;
  }

  /** As a row of the table. */
  String row() {
    String wanted = (least == most ? "" : "at least ") + least;
    return String.format(
        Locale.ROOT, "  %-64s %4d   %-12s %s", what, seen, wanted, holds() ? "ok" : "WRONG");
  }
}
