package dev.holdfast.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls scripts on the server that has their keys. Safe for use by many threads. */
interface RedisCalls {
  /**
   * Calls a script.
   *
   * @param keys all in one Cluster slot
   * @return its reply: byte arrays and longs. Fails with what Redis or the connection said, or a
   *     {@link TimeoutException}; {@link RedisErrors#kindOf} tells whether it may have run.
   *     Completed on an event loop or a timer's thread: do not block in it.
   */
  CompletableFuture<List<Object>> call(Script script, byte[][] keys, Args args, Duration timeout);

  /** Calls a script and waits for its reply; errors come as the engine's exceptions. */
  default List<Object> await(
      String queue, Script script, byte[][] keys, Args args, Duration timeout) {
    CompletableFuture<List<Object>> reply = call(script, keys, args, timeout);
    try {
      return reply.get(timeout.toMillis() + 1_000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RedisErrors.translate(queue, script.fileName(), e);
    } catch (ExecutionException | TimeoutException e) {
      throw RedisErrors.translate(queue, script.fileName(), e);
    }
  }
}
