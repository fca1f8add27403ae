package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception Holdfast throws on purpose. Unchecked.
 *
 * <p>A message says what was attempted, on which job or queue, what went wrong, and what happens
 * next or what to do. It never holds a password.
 */
public abstract class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  protected HoldfastException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  protected HoldfastException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
