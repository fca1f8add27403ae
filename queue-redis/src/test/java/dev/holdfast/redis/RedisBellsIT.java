package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of a connection for bells that could not be used. */
final class RedisBellsIT {
  private static final Set<QueueRef> MAIL = Set.of(QueueRef.of("mail"));
  private static final Duration BLOCK = Duration.ofMillis(100);
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void a_connection_that_opened_too_late_is_closed() {
    try (RedisProcess server = RedisServer.start();
        RedisEngine engine =
            RedisEngine.connect(
                RedisOptions.builder(server.uri()).connectTimeout(Duration.ofMillis(100)).build());
        Bells bells = engine.openBells("w1");
        RespClient client = server.connect()) {
      long openedBefore = opened(client);
      long before = clients(client);
      server.pause();
      assertThatThrownBy(() -> bells.await(MAIL, BLOCK))
          .isInstanceOf(EngineUnavailableException.class);
      server.resume();

      await().atMost(SOON).until(() -> opened(client) > openedBefore);
      await().atMost(SOON).until(() -> clients(client) == before);
      assertThat(bells.await(MAIL, BLOCK)).isEmpty();
      assertThat(clients(client)).isEqualTo(before + 1);
    }
  }

  /** Connections since the server started. */
  private static long opened(RespClient client) {
    String stats = client.text("INFO", "stats");
    return Long.parseLong(stats.replaceAll("(?s).*total_connections_received:(\\d+).*", "$1"));
  }

  private static long clients(RespClient client) {
    return client.text("CLIENT", "LIST").lines().count();
  }
}
