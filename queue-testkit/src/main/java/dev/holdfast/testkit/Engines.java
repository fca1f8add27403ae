package dev.holdfast.testkit;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EngineProvider;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Opens a real engine that is on the class path, and removes what it stored. */
final class Engines {
  private Engines() {}

  static Engine open(String uri, String namespace) {
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      if (provider.supports(uri)) {
        return provider.open(uri, namespace);
      }
    }
    throw new IllegalStateException(
        "no engine for redis:// is on the class path; add dev.holdfast:queue-redis to the tests");
  }

  /** Removes every key that begins with the namespace; the server may be one that others use. */
  static void removeKeys(RedisServer server, String namespace) {
    try (RespClient redis = server.connect()) {
      String cursor = "0";
      do {
        List<?> reply =
            (List<?>) redis.command("SCAN", cursor, "MATCH", namespace + ":*", "COUNT", "1000");
        if (reply == null) {
          return; // SCAN never answers nil; the type allows it.
        }
        cursor = String.valueOf(reply.get(0));
        List<String> unlink = new ArrayList<>(List.of("UNLINK"));
        ((List<?>) reply.get(1)).forEach(key -> unlink.add(String.valueOf(key)));
        if (unlink.size() > 1) {
          redis.command(unlink.toArray(new String[0]));
        }
      } while (!cursor.equals("0"));
    }
  }
}
