package dev.holdfast.testkit.redis;

import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The one class that touches Testcontainers. Testcontainers itself removes the container when the
 * JVM ends.
 */
final class DockerRedis {
  private static final String IMAGE = "redis:7.2-alpine";
  private static final int PORT = 6379;

  private DockerRedis() {}

  static RedisServer start() {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withExposedPorts(PORT)
            .withStartupTimeout(Duration.ofSeconds(30))
            .withCommand(
                "redis-server",
                "--save",
                "",
                "--appendonly",
                "no",
                "--maxmemory-policy",
                "noeviction",
                // "local" would not do: our connections come from outside the container
                "--enable-debug-command",
                "yes");
    try {
      container.start();
      String uri = "redis://" + container.getHost() + ":" + container.getMappedPort(PORT);
      try (RespClient client = RespClient.connect(uri)) {
        String version = client.info("server").getOrDefault("redis_version", "unknown");
        return new FoundRedis(uri, new RedisOrigin(RedisSource.DOCKER, IMAGE, version), container);
      }
    } catch (RuntimeException e) {
      container.stop();
      throw e;
    }
  }
}
