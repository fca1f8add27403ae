package dev.holdfast.worker;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.limit.Limit;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a handler at registration. What is not set here is taken from {@code HandlesJob}, and
 * what is not set there has its default.
 *
 * @param retryPolicy how often and when it is attempted again; null: as annotated
 * @param timeout time one attempt may take, 1 ms to 30 days; null: as annotated
 * @param concurrency attempts at once in this process, 1 to 10,000; null: as annotated
 * @param globalConcurrency jobs of the type active at once in a queue, in all processes, 1 to
 *     1,000,000; null: as annotated
 * @param exceptionRules rules by exception class, before the annotated ones
 */
public record HandlerOptions(
    @Nullable RetryPolicy retryPolicy,
    @Nullable Duration timeout,
    @Nullable Integer concurrency,
    @Nullable Integer globalConcurrency,
    List<ExceptionRule> exceptionRules) {

  private static final HandlerOptions NONE = new HandlerOptions(null, null, null, null, List.of());

  /**
   * Checks the bounds.
   *
   * @throws InvalidHandlerException if one is out of range
   */
  public HandlerOptions {
    if (timeout != null
        && (timeout.compareTo(Duration.ofMillis(1)) < 0
            || timeout.compareTo(Duration.ofDays(30)) > 0)) {
      throw new InvalidHandlerException("timeout is " + timeout + "; it must be 1 ms to 30 days");
    }
    if (concurrency != null && (concurrency < 1 || concurrency > 10_000)) {
      throw new InvalidHandlerException(
          "concurrency is " + concurrency + "; it must be 1 to 10,000");
    }
    if (globalConcurrency != null && (globalConcurrency < 1 || globalConcurrency > Limit.MOST)) {
      throw new InvalidHandlerException(
          "globalConcurrency is " + globalConcurrency + "; it must be 1 to 1,000,000");
    }
    exceptionRules = List.copyOf(exceptionRules);
  }

  /** Nothing set: all as annotated. */
  public static HandlerOptions asAnnotated() {
    return NONE;
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with what is set here. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.retryPolicy = retryPolicy;
    builder.timeout = timeout;
    builder.concurrency = concurrency;
    builder.globalConcurrency = globalConcurrency;
    builder.exceptionRules.addAll(exceptionRules);
    return builder;
  }

  /** Builds {@link HandlerOptions}. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable RetryPolicy retryPolicy;
    private @Nullable Duration timeout;
    private @Nullable Integer concurrency;
    private @Nullable Integer globalConcurrency;
    private final List<ExceptionRule> exceptionRules = new ArrayList<>();

    private Builder() {}

    /** How often and when it is attempted again. Default: as annotated, else the standard one. */
    public Builder retryPolicy(RetryPolicy policy) {
      retryPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Time one attempt may take, 1 ms to 30 days. Default: as annotated, else one hour. */
    public Builder timeout(Duration value) {
      timeout = Objects.requireNonNull(value, "timeout");
      return this;
    }

    /** Attempts at once in this process, 1 to 10,000. Default: as annotated, else unlimited. */
    public Builder concurrency(int value) {
      concurrency = value;
      return this;
    }

    /**
     * Jobs of the type active at once in a queue, in all processes, 1 to 1,000,000; 1 makes it a
     * singleton. Default: as annotated, else whatever limit the type has.
     */
    public Builder globalConcurrency(int value) {
      globalConcurrency = value;
      return this;
    }

    /** Adds a rule by exception class. Default: the annotated ones only. */
    public Builder exceptionRule(ExceptionRule rule) {
      exceptionRules.add(Objects.requireNonNull(rule, "rule"));
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws InvalidHandlerException if a value is out of range
     */
    public HandlerOptions build() {
      return new HandlerOptions(
          retryPolicy, timeout, concurrency, globalConcurrency, exceptionRules);
    }
  }
}
