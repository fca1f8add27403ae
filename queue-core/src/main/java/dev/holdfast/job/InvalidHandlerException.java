package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * A handler cannot be registered: a second one for its type, a payload class without {@link
 * JobType}, an annotation value that does not parse, or no handler at all. The message names the
 * class and the attribute. The worker was not started.
 */
public final class InvalidHandlerException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public InvalidHandlerException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public InvalidHandlerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
