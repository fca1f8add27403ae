package dev.holdfast.lock;

import dev.holdfast.job.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * A lock cannot be used: what the engine stores under its name was not written by Holdfast, or the
 * engine denies access to it. Nothing was changed. See also {@link LockHeldException}. When the
 * engine does not answer, it is {@link dev.holdfast.job.EngineUnavailableException} instead.
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
