package dev.holdfast.examples.benchmark;

/** A job was lost or handled twice: no figure of that run means anything. */
final class BrokenDeliveryException extends RuntimeException {
  BrokenDeliveryException(String message) {
    super(message);
  }
}
