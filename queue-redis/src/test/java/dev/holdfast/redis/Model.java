package dev.holdfast.redis;

import dev.holdfast.job.QueueStats;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One queue on a real Redis, the engine that works on it, and the instant its scripts judge by:
 * what the model check moves from state to state.
 */
final class Model implements AutoCloseable {
  private static final long START = Instant.parse("2030-01-01T00:00:00Z").toEpochMilli();

  private final AtomicLong millis = new AtomicLong(START);
  private final QueueRef queue = QueueRef.of("model");
  private final RespClient redis;
  private final ModelStore store;
  private final RedisEngine engine;
  private QueueContents contents = QueueContents.EMPTY;
  private long steps;

  Model(RedisServer server, String namespace) {
    redis = server.connect();
    store = new ModelStore(redis, StoredQueue.prefix(namespace, queue));
    engine =
        RedisEngine.connect(
            RedisOptions.builder(server.uri()).namespace(namespace).build(),
            () -> Long.toString(millis.get()));
  }

  Engine engine() {
    return engine;
  }

  QueueRef queue() {
    return queue;
  }

  Instant now() {
    return Instant.ofEpochMilli(millis.get());
  }

  void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  /** How many steps were taken and checked. */
  long steps() {
    return steps;
  }

  /** An empty queue, opened, at the first instant; nobody has acted on it. */
  ModelState begin(List<List<ModelOp>> programs) {
    store.write(QueueContents.EMPTY);
    millis.set(START);
    engine.claiming().open(queue);
    contents = store.read();
    List<ModelClient> clients = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      clients.add(new ModelClient(String.valueOf((char) ('A' + i)), programs.get(i)));
    }
    return ModelState.first(contents, START, clients);
  }

  /**
   * Takes one step from a state and checks it.
   *
   * @throws ModelViolation if a rule is broken; its trace ends with this step
   */
  ModelState step(ModelState from, int client, ModelOp op) {
    goTo(from);
    List<ModelClient> clients = from.copyOfClients();
    return step(from, clients, clients.get(client), op);
  }

  /** As {@link #step(ModelState, int, ModelOp)}, for the client that is next by its program. */
  ModelState next(ModelState from, int client) {
    goTo(from);
    List<ModelClient> clients = from.copyOfClients();
    return step(from, clients, clients.get(client), clients.get(client).next());
  }

  /** As {@link #step(ModelState, int, ModelOp)}, for somebody who is none of the clients. */
  ModelState step(ModelState from, ModelClient other, ModelOp op) {
    goTo(from);
    return step(from, from.copyOfClients(), other, op);
  }

  /** What the engine counts in a state. */
  QueueStats stats(ModelState state) {
    goTo(state);
    return engine.control().stats(queue);
  }

  private ModelState step(
      ModelState from, List<ModelClient> clients, ModelClient client, ModelOp op) {
    steps++;
    String label = client.consumer() + ": " + op;
    ModelStep step = new ModelStep(this, client, clients);
    try {
      op.act().accept(step);
    } catch (RuntimeException e) {
      throw new ModelViolation(from, label, contents, List.of("the engine threw " + e), e);
    }
    QueueContents after = op.script() == null ? from.contents() : store.read();
    contents = after;
    List<String> wrong = new ModelRules(from, step, after).broken();
    if (!wrong.isEmpty()) {
      throw new ModelViolation(from, label, after, wrong, null);
    }
    return from.then(label, after, millis.get(), clients, step);
  }

  private void goTo(ModelState state) {
    if (contents != state.contents()) {
      store.write(state.contents());
      contents = state.contents();
    }
    millis.set(state.millis());
  }

  @Override
  public void close() {
    engine.close();
    redis.close();
  }
}
