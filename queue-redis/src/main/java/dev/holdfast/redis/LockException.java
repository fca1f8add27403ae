package dev.holdfast.redis;

import dev.holdfast.job.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * A lock cannot be used: its key holds what Holdfast did not write there. Nothing was changed. See
 * also {@link LockHeldException}. When Redis does not answer, it is {@link
 * dev.holdfast.job.EngineUnavailableException} instead.
 */
public class LockException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public LockException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public LockException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
