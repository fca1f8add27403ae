package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler for a failure that no retry will mend: the job becomes a dead letter at once,
 * reason {@link StateReason#NON_RETRIABLE}, whatever attempts it has left.
 */
public class NonRetriableException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public NonRetriableException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public NonRetriableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
