package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * A queue, type, key or job id breaks the rules of {@link Naming}. Nothing was sent.
 *
 * <p>The message quotes the name with control characters escaped and cut to 64 characters.
 */
public final class InvalidNameException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public InvalidNameException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public InvalidNameException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
