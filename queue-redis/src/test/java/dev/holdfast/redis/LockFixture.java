package dev.holdfast.redis;

import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of locks share: an engine, a look into Redis, and words. */
abstract class LockFixture {
  static final Duration LONG = Duration.ofSeconds(30);
  static final Duration LEASE = Duration.ofSeconds(1);
  static final Duration LONGEST_POLL = Duration.ofMillis(500);

  /** For a machine that is small and busy. */
  static final Duration SLACK = Duration.ofSeconds(1);

  static final LockOptions SHORT = LockOptions.defaults().withLease(LEASE);

  final String namespace = "it-" + UUID.randomUUID();
  final String uri = RedisServer.shared().uri();
  final List<AutoCloseable> opened = new ArrayList<>();
  @TempDir Path directory;
  History history;
  RedisEngine engine;
  RespClient redis;

  @BeforeEach
  void open() {
    history = new History(directory);
    engine = connect(uri);
    redis = RespClient.connect(uri);
    opened.add(redis);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  RedisEngine connect(String to) {
    RedisEngine connected = RedisEngine.connect(WorkerMain.options(to, namespace));
    opened.add(0, connected);
    return connected;
  }

  String key(String name) {
    return namespace + ":{lock:" + name + "}";
  }

  static CompletableFuture<Long> lossOf(HeldLock held) {
    CompletableFuture<Long> lost = new CompletableFuture<>();
    held.onLost(() -> lost.complete(System.nanoTime()));
    return lost;
  }

  static <T> T get(Future<T> future) {
    try {
      return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  static void report(String what, Duration observed, Duration bound) {
    System.out.println(
        "Lock " + what + ": " + observed.toMillis() + " ms, bound " + bound.toMillis() + " ms");
  }

  static HeldLock lock(RedisLock lock) {
    try {
      return lock.lock(LONG);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static boolean isFree(RedisLock lock) {
    try {
      var taken = lock.tryLock();
      taken.ifPresent(HeldLock::close);
      return taken.isPresent();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
