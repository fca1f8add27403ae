package dev.holdfast.redis;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EngineProvider;
import java.util.regex.Pattern;

/**
 * Lets {@link java.util.ServiceLoader} find the Redis engine. Code that knows it wants Redis calls
 * {@link RedisEngine#connect(RedisOptions)}.
 */
public final class RedisEngineProvider implements EngineProvider {
  private static final Pattern SCHEME = Pattern.compile("rediss?(-sentinel|-cluster)?://");

  /** For {@link java.util.ServiceLoader}. */
  public RedisEngineProvider() {}

  /** True of the schemes of {@link RedisUri}. */
  @Override
  public boolean supports(String uri) {
    return SCHEME.matcher(uri).lookingAt();
  }

  @Override
  public Engine open(String uri, String namespace) {
    return RedisEngine.connect(RedisOptions.builder(uri).namespace(namespace).build());
  }
}
