package dev.holdfast.job;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler for a failure that knows when it is worth another attempt, such as an HTTP
 * 429 with {@code Retry-After}. It counts as a failure; only the wait is taken from here instead of
 * the retry policy.
 */
public class RetryAfterException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final Duration delay;

  /**
   * Creates the exception.
   *
   * @param delay the wait before the next attempt, zero to 366 days
   */
  public RetryAfterException(Duration delay, String message) {
    this(delay, message, null);
  }

  /**
   * Creates the exception with what caused it.
   *
   * @param delay the wait before the next attempt, zero to 366 days
   */
  public RetryAfterException(Duration delay, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.delay = Objects.requireNonNull(delay, "delay");
  }

  /** The wait before the next attempt. */
  public Duration delay() {
    return delay;
  }
}
