package dev.holdfast.worker;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.Failure;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of an attempt. A function of how it ended, of the job's counters, of the
 * handler's settings, of a clock and of randomness; touches nothing else.
 *
 * <p>In this order: a verb stands whatever came after it; returning is success, however late; ended
 * by a timeout, it is a failure; ended by a drain, it is released; then the handler's rules by
 * exception class, {@code NonRetriableException}, {@code RetryAfterException}, the retry policy.
 */
final class OutcomeRules {
  /** How often a job may snooze; from then on a snooze is a failure. */
  static final int MOST_SNOOZES = 1_000;

  /** The longest wait a verb or an exception may ask for. */
  static final Duration LONGEST_WAIT = Duration.ofDays(366);

  private static final Duration MOST_MISSED = Duration.ofHours(24);
  private static final Duration LONGEST_MISS = Duration.ofSeconds(60);

  /** The wait if a retry policy of the user throws. */
  private static final Duration FALLBACK_WAIT = Duration.ofSeconds(60);

  private final InstantSource clock;
  private final RandomGenerator random;

  OutcomeRules(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * How a handler ended.
   *
   * @param verb the first verb it called, or null
   * @param thrown what it threw, or null if it returned
   * @param result the encoded result, or null
   * @param timedOut whether its timeout passed before it ended
   * @param drained whether a drain interrupted it
   * @param cancelled whether somebody asked that the job ends
   */
  record Ending(
      @Nullable VerbCall verb,
      @Nullable Throwable thrown,
      byte @Nullable [] result,
      boolean timedOut,
      boolean drained,
      boolean cancelled) {}

  /** The verdict on an attempt whose handler was called and ended. */
  Verdict ended(Ending ending, Counters counters, HandlerSettings settings) {
    VerbCall verb = ending.verb();
    Throwable thrown = ending.thrown();
    if (verb != null) {
      return byVerb(verb, ending, counters, settings);
    } else if (thrown == null) {
      byte[] result = ending.result();
      return result == null ? Verdict.success() : Verdict.success(result);
    } else if (ending.timedOut()) {
      return timedOut(thrown, ending.cancelled(), counters, settings);
    } else if (ending.drained()) {
      return Verdict.released("the worker drains");
    }
    return byException(thrown, ending, counters, settings);
  }

  /** The verdict on an attempt whose timeout passed; it threw this, or did not end (null). */
  Verdict timedOut(
      @Nullable Throwable thrown, boolean cancelled, Counters counters, HandlerSettings settings) {
    String stack = thrown == null ? "" : Failure.of(thrown).stackTrace();
    Failure failure =
        new Failure(
            "timeout",
            "took longer than "
                + settings.timeout()
                + (thrown == null ? " and did not end when it was interrupted" : ""),
            stack);
    return failed(failure, StateReason.TIMEOUT, null, cancelled, counters, settings);
  }

  /** The verdict on a job this worker cannot run: no handler, or a newer envelope. */
  Verdict missed(String why, Counters counters, Duration missedFor) {
    if (missedFor.compareTo(MOST_MISSED) >= 0) {
      return new Verdict(
          new Outcome.Buried(StateReason.UNKNOWN_TYPE, null),
          Verdict.BURIED,
          "was missed",
          why,
          "for 24 hours no worker could run it: it is a dead letter now");
    }
    // 1 s, 2 s, 4 s … 32 s, then 60 s.
    Duration wait =
        counters.misses() >= 6 ? LONGEST_MISS : Duration.ofSeconds(1L << counters.misses());
    return new Verdict(
        new Outcome.Missed(wait),
        Verdict.MISSED,
        "was missed",
        why,
        "offered again, to any worker, in " + AttemptLines.show(wait));
  }

  /** The verdict on a job whose envelope or payload cannot be read. */
  Verdict malformed(Throwable thrown, Counters counters) {
    Failure failure = Failure.of(thrown);
    return new Verdict(
        new Outcome.Buried(StateReason.MALFORMED, attempt(failure, counters)),
        Verdict.BURIED,
        "could not be read",
        AttemptLines.show(failure),
        "it is a dead letter now");
  }

  /** The verdict on a run that has failed for good. */
  Verdict dead(StateReason reason, Failure failure, Counters counters) {
    return new Verdict(
        new Outcome.Buried(reason, attempt(failure, counters)),
        Verdict.FAILED,
        "failed",
        AttemptLines.show(failure),
        "it is a dead letter now");
  }

  /** The verdict on a run that has come to its end because somebody asked, or an event said so. */
  Verdict cancelled(boolean byEvent, Counters counters) {
    String why = byEvent ? "an event that ends it came" : "its end had been asked for";
    byte[] attempt = attempt(new Failure("cancelled", why, ""), counters);
    return new Verdict(
        byEvent
            ? new Outcome.Discarded(attempt)
            : new Outcome.Retry(Duration.ZERO, StateReason.RETRY, attempt),
        Verdict.CANCELLED,
        "was cancelled",
        "",
        why);
  }

  private Verdict byVerb(
      VerbCall verb, Ending ending, Counters counters, HandlerSettings settings) {
    boolean later = verb instanceof VerbCall.Snooze || verb instanceof VerbCall.BackOff;
    if (later && counters.snoozes() >= MOST_SNOOZES) {
      Failure failure =
          new Failure("snooze", "snoozed " + MOST_SNOOZES + " times; no more are allowed", "");
      return failed(failure, StateReason.RETRY, null, ending.cancelled(), counters, settings);
    } else if (verb instanceof VerbCall.Snooze snooze) {
      return new Verdict(
          new Outcome.Snoozed(snooze.delay()),
          Verdict.SNOOZED,
          "snoozed",
          "",
          "runs again in " + AttemptLines.show(snooze.delay()));
    } else if (verb instanceof VerbCall.BackOff backOff) {
      return new Verdict(
          new Outcome.BackedOff(backOff.delay()),
          Verdict.SNOOZED,
          "backed off",
          "",
          "runs again, and others of its limit key, in " + AttemptLines.show(backOff.delay()));
    } else if (verb instanceof VerbCall.Suspend suspend) {
      return new Verdict(
          suspend.outcome(), Verdict.SUSPENDED, "waits", "", "goes on when there is news");
    } else if (verb instanceof VerbCall.RetryAt retry) {
      Failure failure = new Failure("retryAt", "asked to be attempted at " + retry.instant(), "");
      Duration delay = Duration.between(clock.instant(), retry.instant());
      return failed(failure, StateReason.RETRY, delay, ending.cancelled(), counters, settings);
    } else if (verb instanceof VerbCall.Discard discard) {
      return discarded(
          new Failure("discard", discard.why(), ""),
          AttemptLines.oneLine(discard.why(), 500),
          counters);
    }
    return buried(
        StateReason.BURIED, new Failure("bury", ((VerbCall.Bury) verb).why(), ""), counters);
  }

  private Verdict byException(
      Throwable thrown, Ending ending, Counters counters, HandlerSettings settings) {
    ExceptionRule.Verdict rule = ExceptionRule.judge(settings.rules(), thrown).orElse(null);
    Failure failure = Failure.of(thrown);
    if (rule == ExceptionRule.Verdict.DISCARD) {
      return discarded(failure, AttemptLines.show(failure), counters);
    }
    boolean hopeless =
        rule == ExceptionRule.Verdict.NON_RETRIABLE
            || (rule == null && thrown instanceof NonRetriableException);
    // A failure that was asked to end is cancelled, not dead: the retry below lets the engine do
    // that.
    if (hopeless && !ending.cancelled()) {
      return buried(StateReason.NON_RETRIABLE, failure, counters);
    }
    Duration delay = thrown instanceof RetryAfterException after ? after.delay() : null;
    return failed(failure, StateReason.RETRY, delay, ending.cancelled(), counters, settings);
  }

  private Verdict failed(
      Failure failure,
      StateReason reason,
      @Nullable Duration asked,
      boolean cancelled,
      Counters counters,
      HandlerSettings settings) {
    byte[] attempt = attempt(failure, counters);
    boolean timeout = reason == StateReason.TIMEOUT;
    String word = timeout ? Verdict.TIMEOUT : Verdict.FAILED;
    String happened = timeout ? "timed out" : "failed";
    String detail = timeout ? failure.message() : AttemptLines.show(failure);
    if (cancelled) {
      return new Verdict(
          new Outcome.Retry(Duration.ZERO, reason, attempt),
          word,
          "was cancelled",
          detail,
          "its end had been asked for");
    }
    int failures = counters.failures() + 1;
    if (failures >= settings.retryPolicy().maxAttempts()) {
      return new Verdict(
          new Outcome.Buried(StateReason.EXHAUSTED, attempt),
          word,
          happened,
          detail,
          "no attempt left: it is a dead letter now");
    }
    Duration wait = bounded(asked == null ? policyWait(failures, settings) : asked);
    return new Verdict(
        new Outcome.Retry(wait, reason, attempt),
        word,
        happened,
        detail,
        "next attempt in " + AttemptLines.show(wait));
  }

  private Duration policyWait(int failures, HandlerSettings settings) {
    try {
      return settings.retryPolicy().waitAfter(failures, random).orElse(FALLBACK_WAIT);
    } catch (RuntimeException e) {
      // A backoff or jitter of the user's own: its fault must not cost the job.
      return FALLBACK_WAIT;
    }
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  private Verdict discarded(Failure failure, String why, Counters counters) {
    return new Verdict(
        new Outcome.Discarded(attempt(failure, counters)),
        Verdict.DISCARDED,
        "discarded its job",
        why,
        "it is cancelled now");
  }

  private Verdict buried(StateReason reason, Failure failure, Counters counters) {
    return new Verdict(
        new Outcome.Buried(reason, attempt(failure, counters)),
        Verdict.BURIED,
        "buried its job",
        AttemptLines.show(failure),
        "it is a dead letter now");
  }

  private byte[] attempt(Failure failure, Counters counters) {
    return AttemptJson.encode(new Attempt(counters.nextAttempt(), clock.instant(), failure));
  }
}
