package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * A job cannot be enqueued as it was handed in: no payload, no {@link JobType}, a negative or
 * overflowing delay, options that contradict each other. Nothing was sent.
 */
public final class InvalidJobException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public InvalidJobException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public InvalidJobException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
