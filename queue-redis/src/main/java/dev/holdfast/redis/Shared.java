package dev.holdfast.redis;

import dev.holdfast.job.Retention;
import dev.holdfast.spi.QueueRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What the actors of one engine share: the options, the keys of each queue, and the instant scripts
 * are told to judge by ("" outside of tests: the server's own).
 */
final class Shared {
  private final RedisOptions options;
  private final RedisConnections connections;
  private final Supplier<String> now;
  private final Map<QueueRef, RedisKeys> keys = new ConcurrentHashMap<>();

  Shared(RedisOptions options, RedisConnections connections, Supplier<String> now) {
    this.options = options;
    this.connections = connections;
    this.now = now;
  }

  RedisOptions options() {
    return options;
  }

  RedisConnections connections() {
    return connections;
  }

  RedisKeys keys(QueueRef queue) {
    RedisKeys known = keys.get(queue);
    return known != null
        ? known
        : keys.computeIfAbsent(queue, q -> new RedisKeys(options.namespace(), q));
  }

  Args args() {
    return new Args(now.get());
  }

  /**
   * Calls a script and waits for its reply; while nothing has happened it is tried again for as
   * long as a command may take.
   */
  Reply call(QueueRef queue, Script script, Args args) {
    return call(queue, script, "", args);
  }

  /** As {@link #call(QueueRef, Script, Args)}, with a consumer's active list among the keys. */
  Reply call(QueueRef queue, Script script, String consumer, Args args) {
    return Reply.of(
        queue.name(),
        connections
            .patientCommands()
            .await(
                queue.name(),
                script,
                script.keysOf(keys(queue), consumer),
                args,
                options.commandTimeout()));
  }

  /** Adds the four arguments of a retention. */
  static void addRetention(Args args, Retention retention) {
    args.add(retention.done().toMillis())
        .add(retention.maxDone())
        .add(retention.dead().toMillis())
        .add(retention.maxDead());
  }
}
