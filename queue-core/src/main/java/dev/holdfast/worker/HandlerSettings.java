package dev.holdfast.worker;

import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.limit.Limit;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a handler runs: what {@code HandlesJob} says, overridden attribute by attribute by {@code
 * HandlerOptions}.
 *
 * @param retryPolicy how often and when it is attempted again
 * @param timeout how long one attempt may take
 * @param concurrency attempts at once in this worker; {@link #UNLIMITED} for no bound
 * @param globalConcurrency jobs of the type active at once in a queue, in all processes; null: not
 *     said
 * @param rules rules by exception class, those of the options first
 */
record HandlerSettings(
    RetryPolicy retryPolicy,
    Duration timeout,
    int concurrency,
    @Nullable Integer globalConcurrency,
    List<ExceptionRule> rules) {
  /** The highest number {@code HandlesJob} allows; no gate is built for it. */
  static final int UNLIMITED = 10_000;

  /** Carries the annotation's own defaults, for handlers that are not annotated. */
  @HandlesJob
  private static final class AsDefault {}

  /**
   * Reads the annotation of a class or its superclasses (a container may have made a subclass).
   *
   * @throws InvalidHandlerException if a value does not parse or is out of range; names the class
   *     and the attribute
   */
  static HandlerSettings of(Class<?> handler, HandlerOptions options) {
    HandlesJob annotation = null;
    for (Class<?> c = handler; c != null && annotation == null; c = c.getSuperclass()) {
      annotation = c.getDeclaredAnnotation(HandlesJob.class);
    }
    if (annotation == null) {
      annotation = AsDefault.class.getDeclaredAnnotation(HandlesJob.class);
    }
    return of(handler, annotation, options);
  }

  private static HandlerSettings of(
      Class<?> handler, HandlesJob annotation, HandlerOptions options) {
    within(handler, "maxAttempts", annotation.maxAttempts(), 1, 1_000);
    within(handler, "concurrency", annotation.concurrency(), 1, UNLIMITED);
    within(handler, "globalConcurrency", annotation.globalConcurrency(), 0, Limit.MOST);
    Duration timeout =
        duration(
            handler, "timeout", annotation.timeout(), Duration.ofMillis(1), Duration.ofDays(30));
    Duration base =
        duration(
            handler,
            "backoffBase",
            annotation.backoffBase(),
            Duration.ofMillis(1),
            Duration.ofDays(1));
    Duration max =
        duration(handler, "backoffMax", annotation.backoffMax(), base, Duration.ofDays(30));
    List<ExceptionRule> rules = new ArrayList<>(options.exceptionRules());
    for (Class<? extends Throwable> type : annotation.nonRetriable()) {
      rules.add(ExceptionRule.nonRetriable(type));
    }
    for (Class<? extends Throwable> type : annotation.discardOn()) {
      rules.add(ExceptionRule.discard(type));
    }
    RetryPolicy policy = options.retryPolicy();
    Duration ownTimeout = options.timeout();
    Integer ownConcurrency = options.concurrency();
    return new HandlerSettings(
        policy == null ? RetryPolicy.exponential(annotation.maxAttempts(), base, max) : policy,
        ownTimeout == null ? timeout : ownTimeout,
        ownConcurrency == null ? annotation.concurrency() : ownConcurrency,
        globalConcurrency(annotation, options),
        List.copyOf(rules));
  }

  private static @Nullable Integer globalConcurrency(
      HandlesJob annotation, HandlerOptions options) {
    if (options.globalConcurrency() != null || annotation.globalConcurrency() == 0) {
      return options.globalConcurrency();
    }
    return annotation.globalConcurrency();
  }

  private static void within(Class<?> handler, String attribute, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidHandlerException(
          at(handler, attribute, Integer.toString(value))
              + " is out of range; it must be "
              + least
              + " to "
              + most);
    }
  }

  private static Duration duration(
      Class<?> handler, String attribute, String text, Duration least, Duration most) {
    Duration value;
    try {
      value = Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidHandlerException(
          at(handler, attribute, "\"" + text + "\"")
              + " is no ISO-8601 duration; write it as PT30S, PT2M or P1D",
          e);
    }
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidHandlerException(
          at(handler, attribute, "\"" + text + "\"")
              + " is out of range; it must be "
              + least
              + " to "
              + most);
    }
    return value;
  }

  private static String at(Class<?> handler, String attribute, String value) {
    return "@HandlesJob(" + attribute + " = " + value + ") of handler " + handler.getName();
  }
}
