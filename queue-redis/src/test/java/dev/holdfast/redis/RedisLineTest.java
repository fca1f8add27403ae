package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

final class RedisLineTest {
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  /** Notes what it is asked. */
  @SuppressWarnings("unchecked")
  private final StatefulRedisConnection<byte[], byte[]> connection =
      (StatefulRedisConnection<byte[], byte[]>)
          Proxy.newProxyInstance(
              StatefulRedisConnection.class.getClassLoader(),
              new Class<?>[] {StatefulRedisConnection.class},
              (proxy, method, arguments) -> {
                asked.add(method.getName());
                return method.getName().equals("closeAsync")
                    ? CompletableFuture.completedFuture(null)
                    : null;
              });

  @Test
  void a_connection_that_opens_after_the_close_is_closed_without_waiting_on_the_event_loop() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening = new CompletableFuture<>();
    RedisLine line = new RedisLine(() -> opening, Duration.ofSeconds(2), 100);
    CompletableFuture<String> answer =
        line.with(Duration.ofSeconds(5), open -> new CompletableFuture<>());
    line.close();
    assertThat(asked).isEmpty();

    opening.complete(connection);

    assertThat(asked).containsExactly("closeAsync");
    assertThat(answer).isNotDone();
    answer.cancel(true);
  }
}
