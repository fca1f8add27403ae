package dev.holdfast.worker;

import dev.holdfast.spi.Outcome;

/**
 * What becomes of an attempt, decided by {@link OutcomeRules}.
 *
 * @param outcome what is written
 * @param word the outcome in meters
 * @param happened what happened, for the log: "failed"
 * @param detail why, on one line; "" if there is nothing to say
 * @param next what happens next, on one line; "" if nothing does
 */
record Verdict(Outcome outcome, String word, String happened, String detail, String next) {
  static final String SUCCEEDED = "succeeded";
  static final String FAILED = "failed";
  static final String TIMEOUT = "timeout";
  static final String SNOOZED = "snoozed";
  static final String SUSPENDED = "suspended";
  static final String DISCARDED = "discarded";
  static final String BURIED = "buried";
  static final String RELEASED = "released";
  static final String MISSED = "missed";

  /** Somebody had asked for its end, and it did not succeed. */
  static final String CANCELLED = "cancelled";

  /** The engine refused the outcome, whatever it was. */
  static final String REFUSED = "refused";

  private static final Outcome.Succeeded NO_RESULT = new Outcome.Succeeded(null);
  private static final Verdict SUCCESS = new Verdict(NO_RESULT, SUCCEEDED, SUCCEEDED, "", "");

  /** It succeeded without a result to store. */
  static Verdict success() {
    return SUCCESS;
  }

  /** It succeeded with this result. */
  static Verdict success(byte[] result) {
    return new Verdict(new Outcome.Succeeded(result), SUCCEEDED, SUCCEEDED, "", "");
  }

  /** A run waits, or goes on in another claim. */
  static Verdict suspended(Outcome.Suspended outcome, String what) {
    return new Verdict(outcome, SUSPENDED, "was suspended", what, "goes on when that is over");
  }

  /** It is handed back, no counter raised. */
  static Verdict released(String why) {
    return new Verdict(
        new Outcome.Released(),
        RELEASED,
        "was released",
        why,
        "goes back to the head of its lane, no attempt spent");
  }

  boolean isDeath() {
    return outcome instanceof Outcome.Buried;
  }
}
