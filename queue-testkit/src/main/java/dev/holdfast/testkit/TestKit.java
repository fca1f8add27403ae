package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.spi.Engine;
import dev.holdfast.testkit.HoldfastTest.Mode;
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
    workers.opened(holdfast);
    this.parameters = parameters;
    this.cleanUp = cleanUp;
  }

  static TestKit inMemory(Mode mode) {
    ManualTime time = ManualTime.create();
    InMemoryEngine memory = InMemoryEngine.on(time);
    Engine engine = FaultyEngine.ifAsked(memory);
    HoldfastOptions options = options().clock(time).build();
    TestWorkers workers = new TestWorkers(engine, options, mode, memory);
    Holdfast holdfast = Holdfast.on(door(engine, workers), options);
    return new TestKit(
        holdfast,
        workers,
        Map.of(
            Holdfast.class,
            holdfast,
            TestWorkers.class,
            workers,
            InMemoryEngine.class,
            memory,
            ManualTime.class,
            time),
        () -> {});
  }

  static TestKit onRedis() {
    RedisServer server = RedisServer.shared();
    String namespace = "hft-" + UUID.randomUUID();
    Engine engine = FaultyEngine.ifAsked(Engines.open(server.uri(), namespace));
    HoldfastOptions options = options().build();
    TestWorkers workers = new TestWorkers(engine, options, Mode.BACKGROUND, null);
    Holdfast holdfast = Holdfast.on(door(engine, workers), options);
    return new TestKit(
        holdfast,
        workers,
        Map.of(Holdfast.class, holdfast, TestWorkers.class, workers),
        () -> Engines.removeKeys(server, namespace));
  }

  private static Engine door(Engine engine, TestWorkers workers) {
    return new DoorSide(engine, workers::afterEnqueue, workers::drain);
  }

  private static HoldfastOptions.Builder options() {
    return HoldfastOptions.builder().retention(TestWorkers.KEPT);
  }

  @Nullable Object parameter(Class<?> type) {
    return parameters.get(type);
  }

  /**
   * Drains the workers, closes the Holdfast with its engine, and removes what was stored; then
   * fails if a crash that was ordered did not happen.
   */
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
    workers.requireCrashes();
  }
}
