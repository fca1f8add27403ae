package dev.holdfast.worker;

import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** The verb a handler called; see {@code JobContext}. */
sealed interface VerbCall {
  /** Run it again later, no failure. */
  record Snooze(Duration delay) implements VerbCall {
    /** Checks the delay, in the thread of whoever asked for it. */
    public Snooze {
      requireWait(delay);
    }
  }

  /** Run it again later, no failure, and nobody of its limit key before. */
  record BackOff(Duration delay) implements VerbCall {
    /** Checks the delay, in the thread of whoever asked for it. */
    public BackOff {
      requireWait(delay);
    }
  }

  /** A failure; run it again at an instant of the worker's clock. */
  record RetryAt(Instant instant) implements VerbCall {}

  /** Run it again when it has what it waits for; only of runs. */
  record Suspend(Outcome.Suspended outcome) implements VerbCall {}

  /** Nothing left to do. */
  record Discard(String why) implements VerbCall {}

  /** A dead letter at once. */
  record Bury(String why) implements VerbCall {}

  private static void requireWait(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (delay.isNegative() || delay.compareTo(OutcomeRules.LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "delay is "
              + delay
              + "; it must be zero to "
              + OutcomeRules.LONGEST_WAIT.toDays()
              + " d");
    }
  }
}
