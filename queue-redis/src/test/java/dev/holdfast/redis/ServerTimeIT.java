package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose clock decides, where no instant is given: the server's. */
class ServerTimeIT {
  private final RespClient redis = RedisServer.shared().connect();
  private final RedisOptions options =
      RedisOptions.builder(RedisServer.shared().uri()).namespace("st-" + UUID.randomUUID()).build();
  private final RedisEngine engine = RedisEngine.connect(options);
  private final RedisEngine byServerTime =
      RedisEngine.connect(options, () -> Long.toString(serverMillis()));

  private long serverMillis() {
    List<String> time = QueueContents.strings(redis.command("TIME"));
    return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
  }

  @AfterEach
  void close() {
    engine.close();
    byServerTime.close();
    redis.close();
  }

  @Test
  void a_delayed_job_is_not_begun_before_it_is_due_by_the_servers_clock() {
    QueueRef queue = QueueRef.of("mail");
    byServerTime.claiming().open(queue);
    NewJob job = EngineCalls.delayed(Duration.ofMinutes(10));
    EngineCalls.enqueue(byServerTime, queue, job);

    assertThat(EngineCalls.turn(engine, queue, "w1", 1, 1).claims())
        .as("I12 timing: a job that is due in ten minutes by the server's clock is not begun")
        .isEmpty();
  }

  @Test
  void a_lease_is_counted_from_the_servers_clock() {
    QueueRef queue = QueueRef.of("mail");
    engine.claiming().open(queue);
    EngineCalls.enqueue(engine, queue, EngineCalls.job());
    long before = serverMillis();
    String key = EngineCalls.turn(engine, queue, "w1", 1, 1).claims().get(0).held().key();
    long after = serverMillis();

    String end =
        redis.text("ZSCORE", StoredQueue.prefix(options.namespace(), queue) + "leases", key);
    assertThat((long) Double.parseDouble(end) - EngineCalls.LEASE.toMillis())
        .isBetween(before, after);
  }
}
