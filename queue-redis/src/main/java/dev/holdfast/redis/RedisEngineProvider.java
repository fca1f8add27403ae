package dev.holdfast.redis;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EngineProvider;

/**
 * Lets {@link java.util.ServiceLoader} find the Redis engine. Code that knows it wants Redis calls
 * {@link RedisEngine#connect(RedisOptions)}.
 */
public final class RedisEngineProvider implements EngineProvider {
  /** For {@link java.util.ServiceLoader}. */
  public RedisEngineProvider() {}

  /** True of {@code redis://} and {@code rediss://}. */
  @Override
  public boolean supports(String uri) {
    return uri.startsWith("redis://") || uri.startsWith("rediss://");
  }

  @Override
  public Engine open(String uri, String namespace) {
    return RedisEngine.connect(RedisOptions.builder(uri).namespace(namespace).build());
  }
}
