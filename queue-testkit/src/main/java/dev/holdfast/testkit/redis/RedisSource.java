package dev.holdfast.testkit.redis;

/**
 * Where a Redis for tests can come from. The shared server takes the first of these that works, in
 * this order.
 */
public enum RedisSource {
  /**
   * The system property {@value RedisServer#URL_PROPERTY} or the variable {@value
   * RedisServer#URL_VARIABLE}.
   */
  URL("a URL you name"),
  /** A container started through Testcontainers. */
  DOCKER("Docker through Testcontainers"),
  /** An executable named {@code redis-server} in a directory of {@code PATH}. */
  PATH("redis-server on the PATH"),
  /** The executable packed in {@code org.signal:embedded-redis}. */
  PACKED("the binary packed in org.signal:embedded-redis"),
  /**
   * The executable named by {@link RedisServerOptions.Builder#executable}; never used by the shared
   * server.
   */
  GIVEN("an executable given in the options");

  private final String description;

  RedisSource(String description) {
    this.description = description;
  }

  /**
   * Says the source in words, for logs and messages.
   *
   * @return a noun phrase without a full stop
   */
  public String description() {
    return description;
  }
}
