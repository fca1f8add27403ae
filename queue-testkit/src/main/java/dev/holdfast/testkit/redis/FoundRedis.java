package dev.holdfast.testkit.redis;

import org.jspecify.annotations.Nullable;

/** The shared Redis: it belongs to the whole JVM, so that nobody may close it. */
final class FoundRedis implements RedisServer {
  private final String uri;
  private final RedisOrigin origin;

  /** What runs the server; held so that it stays reachable as long as the server is in use. */
  private final @Nullable Object owner;

  FoundRedis(String uri, RedisOrigin origin, @Nullable Object owner) {
    this.uri = uri;
    this.origin = origin;
    this.owner = owner;
  }

  @Override
  public String uri() {
    return uri;
  }

  @Override
  public RedisOrigin origin() {
    return origin;
  }

  @Override
  public void close() {
    // other tests of this JVM use it too; JvmExitGuard or Testcontainers ends it with the JVM
  }

  @Override
  public String toString() {
    return (owner == null ? "named " : "shared ")
        + RedisAddress.parse(uri).withoutPassword()
        + ", "
        + origin;
  }
}
