package dev.holdfast.redis;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.redis.RedisCluster;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisSentinels;
import dev.holdfast.testkit.redis.RespClient;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The Redis engine on servers that are shared by the tests of one topology and end with the JVM,
 * judging by an instant that the test moves. Engines are used again, queues never.
 */
final class TopologyHarness implements EngineHarness {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String NAMESPACE = "hft";
  private static final AtomicLong QUEUES = new AtomicLong();

  private final Servers servers;
  private final Opened opened;
  private final List<QueueRef> queues = new ArrayList<>();

  private record Opened(RedisEngine engine, AtomicLong millis) {}

  /** The servers of one topology, a client to each that has queues, and engines to use again. */
  static final class Servers {
    private final String uri;
    private final Function<QueueRef, RespClient> client;
    private final Queue<Opened> idle = new ConcurrentLinkedQueue<>();

    private Servers(String uri, Function<QueueRef, RespClient> client) {
      this.uri = uri;
      this.client = client;
    }

    /** Three primaries; a queue's keys are on the one that has its slot. */
    static Servers cluster() {
      RedisCluster cluster = RedisCluster.start();
      List<RespClient> clients = cluster.nodes().stream().map(RedisProcess::connect).toList();
      return new Servers(cluster.uri(), queue -> clients.get(primaryOf(queue)));
    }

    /** A primary with a replica, found through Sentinels. */
    static Servers sentinels() {
      RedisSentinels sentinels = RedisSentinels.start();
      // A failover is not what is tried out here, and a busy machine is silent for a second.
      for (RedisProcess each : sentinels.sentinels()) {
        try (RespClient sentinel = each.connect()) {
          sentinel.command(
              "SENTINEL", "SET", RedisSentinels.NAME, "down-after-milliseconds", "60000");
        }
      }
      RespClient client = sentinels.primary().connect();
      return new Servers(sentinels.uri(), queue -> client);
    }

    RedisEngine connect() {
      return RedisEngine.connect(RedisOptions.builder(uri).namespace(NAMESPACE).build());
    }

    RespClient client(QueueRef queue) {
      return client.apply(queue);
    }

    TopologyHarness harness() {
      Opened used = idle.poll();
      if (used == null) {
        AtomicLong millis = new AtomicLong();
        RedisEngine engine =
            RedisEngine.connect(
                RedisOptions.builder(uri).namespace(NAMESPACE).build(),
                () -> Long.toString(millis.get()));
        used = new Opened(engine, millis);
      }
      used.millis.set(START.toEpochMilli());
      return new TopologyHarness(this, used);
    }
  }

  private TopologyHarness(Servers servers, Opened opened) {
    this.servers = servers;
    this.opened = opened;
  }

  /** Which of three primaries with equal shares has a queue: 0, 1 or 2. */
  static int primaryOf(QueueRef queue) {
    int slot = SlotHash.getSlot(StoredQueue.prefix(NAMESPACE, queue));
    int primary = 0;
    while (slot >= (primary + 1) * SlotHash.SLOT_COUNT / 3) {
      primary++;
    }
    return primary;
  }

  @Override
  public Engine engine() {
    return opened.engine;
  }

  /** Each on another primary than the one before. */
  @Override
  public QueueRef freshQueue() {
    QueueRef queue;
    do {
      queue = QueueRef.of("q" + QUEUES.incrementAndGet());
    } while (!queues.isEmpty()
        && primaryOf(queue) != (primaryOf(queues.get(queues.size() - 1)) + 1) % 3);
    queues.add(queue);
    return queue;
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(opened.millis.get());
  }

  @Override
  public void advance(Duration by) {
    opened.millis.addAndGet(by.toMillis());
  }

  @Override
  public void verify(QueueRef queue) {
    StoredQueue.read(servers.client(queue), NAMESPACE, queue).verify();
  }

  @Override
  public void close() {
    for (QueueRef queue : queues) {
      RespClient redis = servers.client(queue);
      List<String> keys =
          new ArrayList<>(
              StoredQueue.strings(
                  redis.command("KEYS", StoredQueue.prefix(NAMESPACE, queue) + "*")));
      if (!keys.isEmpty()) {
        keys.add(0, "DEL");
        redis.command(keys.toArray(new String[0]));
      }
    }
    servers.idle.add(opened);
  }
}
