package dev.holdfast.testkit.redis;

import java.util.Objects;

/**
 * Where a Redis server came from and which version it is: one line for a log.
 *
 * @param source which of the sources gave it
 * @param location the URL without its password, the container image, or the path of the executable
 * @param version the version the server reports, such as {@code 7.0.15}
 */
public record RedisOrigin(RedisSource source, String location, String version) {
  /**
   * Checks that nothing is missing.
   *
   * @throws NullPointerException if a part is null
   */
  public RedisOrigin {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(location, "location");
    Objects.requireNonNull(version, "version");
  }

  /**
   * Says it in one line.
   *
   * @return such as {@code Redis 7.0.15 from redis-server on the PATH (/usr/bin/redis-server)}
   */
  @Override
  public String toString() {
    return "Redis " + version + " from " + source.description() + " (" + location + ")";
  }
}
