package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a run has recorded of one step. Filled by {@link RunJournal}; guarded by the run's lock
 * while the run is led.
 */
final class StepRecord {
  final String key;
  RunStatus.Kind kind;
  RunStatus.State state = RunStatus.State.PENDING;

  /** When it was recorded last. */
  Stamp at;

  /** Attempts that failed. */
  int attempts;

  @Nullable Failure failure;

  /** The wait after the last failed attempt, counted from {@link #since}. */
  @Nullable Duration retryAfter;

  /** Whether an attempt that may not begin twice has begun and not ended. */
  boolean begun;

  byte @Nullable [] value;

  /** What the duration of a sleep, a wait or a retry is counted from. */
  Stamp since;

  @Nullable Duration duration;
  @Nullable Instant until;

  /** Of a wait: the type and key of its event. */
  String type = "";

  String eventKey = "";

  /** Of a wait or a call: the id of the message it got; null if its time passed. */
  @Nullable String message;

  @Nullable JobId child;

  /** The key of the run that enqueues the child: another one's in a fork. */
  String childOf = "";

  boolean started;

  /** Of a publish: the event's id. */
  String event = "";

  /** Which branch was first. */
  int index;

  /** Whether changed code is taken. */
  boolean taken;

  /** Whether this call of the handler has come to it. */
  boolean visited;

  StepRecord(String key, RunStatus.Kind kind, Stamp at) {
    this.key = key;
    this.kind = kind;
    this.at = at;
    this.since = at;
  }

  boolean isDone() {
    return state == RunStatus.State.DONE;
  }

  boolean isFailed() {
    return state == RunStatus.State.FAILED;
  }

  /** When it ends by itself; null if it does not, or its beginning is not written yet. */
  @Nullable Instant deadline() {
    if (until != null) {
      return until;
    }
    Duration left = retryAfter != null ? retryAfter : duration;
    Instant from = since.at();
    return left == null || from == null ? null : plus(from, left);
  }

  /** How long from the engine's now it lasts, if its beginning is not written yet; else null. */
  @Nullable Duration delay() {
    return since.at() != null || until != null ? null : retryAfter != null ? retryAfter : duration;
  }

  private static Instant plus(Instant from, Duration more) {
    try {
      return from.plus(more);
    } catch (ArithmeticException | java.time.DateTimeException e) {
      return Instant.MAX;
    }
  }

  /** When an entry was written, by the engine's clock; null until it is. */
  static final class Stamp {
    private volatile @Nullable Instant at;

    Stamp(@Nullable Instant at) {
      this.at = at;
    }

    @Nullable Instant at() {
      return at;
    }

    void written(Instant when) {
      at = when;
    }
  }
}
