package dev.holdfast.worker;

import java.time.Duration;
import java.time.Instant;

/** The verb a handler called; see {@code JobContext}. */
sealed interface VerbCall {
  /** Run it again later, no failure. */
  record Snooze(Duration delay) implements VerbCall {}

  /** Run it again later, no failure, and nobody of its limit key before. */
  record BackOff(Duration delay) implements VerbCall {}

  /** A failure; run it again at an instant of the worker's clock. */
  record RetryAt(Instant instant) implements VerbCall {}

  /** Nothing left to do. */
  record Discard(String why) implements VerbCall {}

  /** A dead letter at once. */
  record Bury(String why) implements VerbCall {}
}
