package dev.holdfast.testkit.redis;

/**
 * A source cannot give a Redis here; the search goes on with the next one. The message is for a
 * person.
 */
final class RedisRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  RedisRefusal(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
