package dev.holdfast.redis.faults;

import static dev.holdfast.redis.ScriptNames.calls;

import dev.holdfast.job.JobId;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.ProxiedConnection;
import dev.holdfast.testkit.redis.ProxyRule;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;

/** A network that can be broken between a worker and its Redis. */
abstract class NetworkRig extends FaultRig {
  /** B + 3 s: after that a blocking call without an answer is given up. */
  static final Duration BELLS = BLOCK.plusSeconds(3);

  static final String BELL_CONNECTION = "holdfast:bells";

  RedisProxy proxy;

  @BeforeEach
  void standBetween() {
    proxy = closing(RedisProxy.before(redis));
  }

  /** A worker whose connections all pass through the proxy. */
  final WorkerProcess remoteWorker(int concurrency, String... settings) {
    return worker(proxy.uri(), concurrency, settings);
  }

  /** Picks the replies that hand out this job. */
  final ProxyRule onClaimOf(int number) {
    return proxy.on(calls("turn")).answering("\"number\":" + number + ",");
  }

  /** Picks the turns that carry the outcome of this job. */
  static Predicate<RedisCommand> outcomeOf(JobId id) {
    return calls("turn").and(RedisCommand.mentions(id.key()));
  }

  /** Waits for a connection with this name, and for it to be the only one. */
  final ProxiedConnection onlyConnection(String prefix) {
    awaitThat("one connection " + prefix, () -> proxy.connections(prefix).size() == 1);
    return proxy.connections(prefix).get(0);
  }

  /** Lets a fault last as long as its row says. */
  static void lasts(Duration time) {
    long start = System.nanoTime();
    awaitThat(time + " have passed", () -> System.nanoTime() - start >= time.toNanos());
  }

  final boolean began(int number, long times) {
    return history.count("BEGIN", number) >= times;
  }

  final boolean beganBy(WorkerProcess worker, int number) {
    return history.count("BEGIN", number + " pid=" + worker.pid() + " ") > 0;
  }

  /** How many jobs have succeeded, asked over a connection that this test does not break. */
  final long done(RespClient raw) {
    return (Long) Objects.requireNonNull(raw.command("ZCARD", NAMESPACE + ":{work}:done"));
  }

  final long done() {
    return holdfast.queue("work").stats().done();
  }

  /** Names of clients as Redis lists them, those of the engine alone. */
  final List<String> clients() {
    try (var raw = redis.connect()) {
      return raw.text("CLIENT", "LIST").lines().filter(l -> l.contains("name=holdfast:")).toList();
    }
  }
}
