package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * The engine did not answer before the deadline. An enqueue that throws this has written nothing,
 * and may be made again without fear of a second job ({@link OutcomeUnknownException} is its other
 * answer). Of any other call the effect may or may not have taken place; all are safe to repeat.
 *
 * <p>Nothing is kept in memory for later: a job that could not be enqueued is the caller's to keep.
 */
public final class EngineUnavailableException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public EngineUnavailableException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public EngineUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
