package dev.holdfast.redis;

import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The Redis engine on the shared server, judging by an instant that the test moves. Engines are
 * used again by later tests (opening one takes longer than most tests); queues never are, and the
 * keys of a test's queues are deleted at its end.
 */
final class RedisHarness implements EngineHarness {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String NAMESPACE =
      "hft" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
  private static final AtomicLong QUEUES = new AtomicLong();
  private static final Queue<Opened> IDLE = new ConcurrentLinkedQueue<>();

  private final Opened opened;
  private final List<QueueRef> queues = new ArrayList<>();

  private record Opened(RedisEngine engine, AtomicLong millis, RespClient redis) {}

  private RedisHarness(Opened opened) {
    this.opened = opened;
  }

  static RedisHarness open() {
    Opened idle = IDLE.poll();
    Opened used = idle != null ? idle : connect();
    used.millis.set(START.toEpochMilli());
    return new RedisHarness(used);
  }

  private static Opened connect() {
    RedisServer server = RedisServer.shared();
    AtomicLong millis = new AtomicLong();
    RedisEngine engine =
        RedisEngine.connect(
            RedisOptions.builder(server.uri()).namespace(NAMESPACE).build(),
            () -> Long.toString(millis.get()));
    return new Opened(engine, millis, server.connect());
  }

  @Override
  public Engine engine() {
    return opened.engine;
  }

  @Override
  public QueueRef freshQueue() {
    QueueRef queue = QueueRef.of("q" + QUEUES.incrementAndGet());
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
    StoredQueue.read(redis(), NAMESPACE, queue).verify();
  }

  /** A connection to look at keys with. */
  RespClient redis() {
    return opened.redis;
  }

  /** What every key begins with. */
  String namespace() {
    return NAMESPACE;
  }

  /** The name of a key of a queue, such as {@code jobs} or {@code active:w1}. */
  String key(QueueRef queue, String suffix) {
    return StoredQueue.prefix(NAMESPACE, queue) + suffix;
  }

  @Override
  public void close() {
    for (QueueRef queue : queues) {
      List<String> keys =
          new ArrayList<>(StoredQueue.strings(redis().command("KEYS", key(queue, "*"))));
      if (!keys.isEmpty()) {
        keys.add(0, "DEL");
        redis().command(keys.toArray(new String[0]));
      }
    }
    IDLE.add(opened);
  }
}
