package dev.holdfast.retry;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a handler's exception of a class, subclasses included, does to the job. Where several rules
 * fit, the one with the most specific class is taken.
 *
 * @param type the exception's class
 * @param verdict what happens
 */
public record ExceptionRule(Class<? extends Throwable> type, Verdict verdict) {
  /** What an exception does to its job. */
  public enum Verdict {
    /** A failure as any other: retried by the policy. Excepts a class from a broader rule. */
    RETRY,
    /** The job becomes a dead letter at once. */
    NON_RETRIABLE,
    /** The job ends as cancelled: nothing left to do. */
    DISCARD
  }

  /** Checks the parts. */
  public ExceptionRule {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(verdict, "verdict");
  }

  /** Retry exceptions of this class by the policy. */
  public static ExceptionRule retry(Class<? extends Throwable> type) {
    return new ExceptionRule(type, Verdict.RETRY);
  }

  /** No retry mends exceptions of this class: the job becomes a dead letter at once. */
  public static ExceptionRule nonRetriable(Class<? extends Throwable> type) {
    return new ExceptionRule(type, Verdict.NON_RETRIABLE);
  }

  /** Discard at exceptions of this class. */
  public static ExceptionRule discard(Class<? extends Throwable> type) {
    return new ExceptionRule(type, Verdict.DISCARD);
  }

  /** The verdict of the most specific rule that fits, or empty if none does. */
  public static Optional<Verdict> judge(List<ExceptionRule> rules, Throwable thrown) {
    for (Class<?> c = thrown.getClass(); c != null; c = c.getSuperclass()) {
      for (ExceptionRule rule : rules) {
        if (rule.type == c) {
          return Optional.of(rule.verdict);
        }
      }
    }
    return Optional.empty();
  }
}
