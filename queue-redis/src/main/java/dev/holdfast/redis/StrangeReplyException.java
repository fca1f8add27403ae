package dev.holdfast.redis;

/**
 * A reply that is not the one to the command it came for: whether the command ran is not known. Not
 * seen by users.
 */
final class StrangeReplyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StrangeReplyException(String message) {
    super(message);
  }
}
