package dev.holdfast.schedule;

import dev.holdfast.job.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * A schedule cannot be what it says: an expression that is none, one that never fires, a zone that
 * is no IANA zone, a setting out of range, or a name that another application owns. The message
 * gives the reason. Nothing was sent.
 */
public final class InvalidScheduleException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public InvalidScheduleException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public InvalidScheduleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
