package dev.holdfast.examples.orderflow;

import dev.holdfast.job.NonRetriableException;

/** The bank does not pay. Asking again changes nothing. */
final class CardDeclinedException extends NonRetriableException {
  private static final long serialVersionUID = 1L;

  CardDeclinedException(String message) {
    super(message);
  }
}
