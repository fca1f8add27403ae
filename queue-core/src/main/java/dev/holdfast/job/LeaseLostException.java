package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * A write of a running attempt was refused because its claim no longer stands: the lease ended and
 * the job was reaped, or another worker holds it. Nothing was written; the attempt's outcome will
 * be refused too, so the handler should stop.
 */
public final class LeaseLostException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception with its message. */
  public LeaseLostException(String message) {
    super(message);
  }

  /** Creates the exception with its message and what caused it. */
  public LeaseLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
