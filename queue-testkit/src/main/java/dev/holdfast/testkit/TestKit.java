package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.spi.Engine;
import dev.holdfast.testkit.redis.RedisServer;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What one test was given, and how it ends. */
final class TestKit {
  private final Map<Class<?>, Object> parameters;
  private final Holdfast holdfast;
  private final TestWorkers workers;
  private final Runnable cleanUp;

  private TestKit(
      Holdfast holdfast, TestWorkers workers, Map<Class<?>, Object> parameters, Runnable cleanUp) {
    this.holdfast = holdfast;
    this.workers = workers;
    this.parameters = parameters;
    this.cleanUp = cleanUp;
  }

  static TestKit inMemory() {
    ManualTime time = ManualTime.create();
    InMemoryEngine engine = InMemoryEngine.on(time);
    Holdfast holdfast = Holdfast.on(FaultyEngine.ifAsked(engine), options().clock(time).build());
    TestWorkers workers = new TestWorkers(holdfast);
    return new TestKit(
        holdfast,
        workers,
        Map.of(
            Holdfast.class,
            holdfast,
            TestWorkers.class,
            workers,
            InMemoryEngine.class,
            engine,
            ManualTime.class,
            time),
        () -> {});
  }

  static TestKit onRedis() {
    RedisServer server = RedisServer.shared();
    String namespace = "hft-" + UUID.randomUUID();
    Engine engine = FaultyEngine.ifAsked(Engines.open(server.uri(), namespace));
    Holdfast holdfast = Holdfast.on(engine, options().build());
    TestWorkers workers = new TestWorkers(holdfast);
    return new TestKit(
        holdfast,
        workers,
        Map.of(Holdfast.class, holdfast, TestWorkers.class, workers),
        () -> Engines.removeKeys(server, namespace));
  }

  private static HoldfastOptions.Builder options() {
    return HoldfastOptions.builder().retention(TestWorkers.KEPT);
  }

  @Nullable Object parameter(Class<?> type) {
    return parameters.get(type);
  }

  /** Drains the workers, closes the Holdfast with its engine, and removes what was stored. */
  void close() {
    try {
      workers.drain();
    } finally {
      try {
        holdfast.close();
      } finally {
        cleanUp.run();
      }
    }
  }
}
