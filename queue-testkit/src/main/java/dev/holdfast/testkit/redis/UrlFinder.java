package dev.holdfast.testkit.redis;

import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the Redis that the user named. A name that leads nowhere ends the search: tests that
 * quietly ran against another server than the one named would prove nothing.
 */
record UrlFinder(@Nullable String property, @Nullable String variable)
    implements RedisFinder<RedisServer> {
  @Override
  public RedisSource source() {
    return RedisSource.URL;
  }

  @Override
  public RedisServer find() throws RedisRefusal {
    String url = property == null || property.isBlank() ? variable : property;
    if (url == null || url.isBlank()) {
      throw new RedisRefusal(
          "neither the system property "
              + RedisServer.URL_PROPERTY
              + " nor the variable "
              + RedisServer.URL_VARIABLE
              + " is set");
    }
    try {
      RedisAddress address = RedisAddress.parse(url.strip());
      try (RespClient client = RespClient.connect(address, RespClient.DEFAULT_TIMEOUT)) {
        String version = client.info("server").getOrDefault("redis_version", "unknown");
        return new FoundRedis(
            address.uri(), new RedisOrigin(source(), address.withoutPassword(), version), null);
      }
    } catch (IllegalArgumentException | UncheckedIOException | RespException e) {
      throw new RedisNotFoundException(
          "The Redis named for the tests cannot be used:",
          "Mend or unset "
              + RedisServer.URL_PROPERTY
              + " / "
              + RedisServer.URL_VARIABLE
              + "; unset, another Redis is looked for.",
          List.of(new RedisNotFoundException.Refusal(source(), String.valueOf(e.getMessage()))));
    }
  }
}
