package dev.holdfast.flow;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.retry.RetryPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** How one step runs. Immutable. */
public final class StepOptions {
  private static final StepOptions DEFAULTS = builder().build();

  private final RetryPolicy retryPolicy;
  private final @Nullable Duration timeout;
  private final boolean atMostOnce;
  private final Predicate<? super Exception> retryIf;

  private StepOptions(Builder builder) {
    this.retryPolicy = builder.retryPolicy;
    this.timeout = builder.timeout;
    this.atMostOnce = builder.atMostOnce;
    this.retryIf = builder.retryIf;
  }

  /** Three retries with the backoff of jobs, and no timeout but the handler's. */
  public static StepOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with another number of retries, 0 to 999. */
  public static StepOptions retries(int retries) {
    return builder().retries(retries).build();
  }

  /** Begins options with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** When a failed step is attempted again. */
  public RetryPolicy retryPolicy() {
    return retryPolicy;
  }

  /** How long an attempt of the step may take, or null. */
  public @Nullable Duration timeout() {
    return timeout;
  }

  /** Whether the step never begins twice. */
  public boolean atMostOnce() {
    return atMostOnce;
  }

  /** Whether an exception may be retried. */
  boolean retries(Exception thrown) {
    return retryIf.test(thrown);
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private RetryPolicy retryPolicy = RetryPolicy.standard().withMaxAttempts(4);
    private @Nullable Duration timeout;
    private boolean atMostOnce;
    private Predicate<? super Exception> retryIf = thrown -> true;

    private Builder() {}

    /** Retries after the first attempt, 0 to 999. Default 3. */
    public Builder retries(int retries) {
      if (retries < 0 || retries > 999) {
        throw new InvalidHandlerException(retries + " retries of a step; it must be 0 to 999");
      }
      retryPolicy = retryPolicy.withMaxAttempts(retries + 1);
      return this;
    }

    /** Attempts and waits. Default: four attempts with the backoff of jobs. */
    public Builder retryPolicy(RetryPolicy policy) {
      retryPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Which exceptions are retried; {@code NonRetriableException} never is. Default: all others.
     */
    public Builder retryIf(Predicate<? super Exception> condition) {
      retryIf = Objects.requireNonNull(condition, "condition");
      return this;
    }

    /**
     * How long an attempt of the step may take, 1 ms to 30 days, before its thread is interrupted:
     * then it is a failure of the step. Default: until the handler's timeout.
     */
    public Builder timeout(Duration most) {
      if (most.toMillis() < 1 || most.compareTo(Duration.ofDays(30)) > 0) {
        throw new InvalidHandlerException(
            "a step's timeout is " + most + "; it must be 1 ms to 30 days");
      }
      timeout = most;
      return this;
    }

    /**
     * Records the beginning of each attempt first: one that was cut short by a crash counts as a
     * failure, of type {@code step-interrupted}, and is not attempted again. One round trip more.
     * Default: no.
     */
    public Builder atMostOnce() {
      atMostOnce = true;
      return this;
    }

    /** The options. */
    public StepOptions build() {
      return new StepOptions(this);
    }
  }
}
