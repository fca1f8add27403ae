package dev.holdfast.redis;

import org.jspecify.annotations.Nullable;

/** A command was not sent: nothing happened. */
final class NotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a stack: it is made on the way of every call while Redis is away. */
  NotSentException(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }
}
