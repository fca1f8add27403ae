package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/** The {@code Holdfast} or worker this was asked of has been closed. Nothing was sent. */
public final class ClosedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public ClosedException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
