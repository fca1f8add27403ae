package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import io.lettuce.core.KeyValue;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits on the bells of a worker's queues with one blocking call on a connection of its own, where
 * all queues are on one server.
 *
 * <p>The call ends by itself after the block time. If no answer has come three seconds later, the
 * connection is closed and never used again: a late answer on it would be taken for another's.
 */
final class RedisBells implements Bells {
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private final Shared shared;
  private final RedisLine commands;
  private final Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: the connection, its id in Redis, whether a call waits on it, whether closed.
  private @Nullable StatefulRedisConnection<byte[], byte[]> connection;
  private long clientId;
  private boolean waiting;
  private boolean closed;

  /**
   * Makes bells that connect with the first wait.
   *
   * @param commands the line to the same server, on which a waiting call is ended
   * @param opener opens a connection to wherever the server is by then
   */
  RedisBells(
      Shared shared,
      RedisLine commands,
      Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener) {
    this.shared = shared;
    this.commands = commands;
    this.opener = opener;
  }

  @Override
  public Optional<QueueRef> await(Set<QueueRef> queues, Duration most) {
    Map<String, QueueRef> byKey = new HashMap<>();
    byte[][] keys = new byte[queues.size()][];
    int i = 0;
    for (QueueRef queue : queues) {
      keys[i] = shared.keys(queue).of(RedisKeys.Key.BELL);
      byKey.put(new String(keys[i++], StandardCharsets.UTF_8), queue);
    }
    StatefulRedisConnection<byte[], byte[]> open = open();
    CompletableFuture<KeyValue<byte[], byte[]>> rung;
    lock.lock();
    try {
      waiting = true;
      rung = open.async().blpop(most.toMillis() / 1000.0, keys).toCompletableFuture();
    } finally {
      lock.unlock();
    }
    try {
      KeyValue<byte[], byte[]> token =
          rung.get(most.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
      return token == null
          ? Optional.empty()
          : Optional.ofNullable(byKey.get(new String(token.getKey(), StandardCharsets.UTF_8)));
    } catch (ExecutionException | TimeoutException e) {
      drop(open);
      throw RedisErrors.translate(queues.iterator().next().name(), "waiting for a bell", e);
    } catch (InterruptedException e) {
      drop(open);
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      lock.lock();
      try {
        waiting = false;
      } finally {
        lock.unlock();
      }
    }
  }

  private StatefulRedisConnection<byte[], byte[]> open() {
    lock.lock();
    try {
      if (closed) {
        throw new EngineUnavailableException("waiting for a bell failed: it is closed");
      }
      if (connection != null && connection.isOpen()) {
        return connection;
      }
    } finally {
      lock.unlock();
    }
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening = opener.get();
    try {
      long limit = 2 * shared.options().connectTimeout().toMillis() + 1_000;
      StatefulRedisConnection<byte[], byte[]> fresh = opening.get(limit, TimeUnit.MILLISECONDS);
      return use(fresh, fresh.async().clientId().get(limit, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      abandon(opening);
      throw RedisErrors.translate("any", "opening the connection for bells", e);
    } catch (InterruptedException e) {
      abandon(opening);
      Thread.currentThread().interrupt();
      throw RedisErrors.translate("any", "opening the connection for bells", e);
    } catch (RuntimeException e) {
      abandon(opening);
      throw e;
    }
  }

  private StatefulRedisConnection<byte[], byte[]> use(
      StatefulRedisConnection<byte[], byte[]> fresh, long id) {
    StatefulRedisConnection<byte[], byte[]> lost;
    lock.lock();
    try {
      if (closed) {
        throw new EngineUnavailableException("waiting for a bell failed: it is closed");
      }
      lost = connection;
      connection = fresh;
      clientId = id;
    } finally {
      lock.unlock();
    }
    if (lost != null) {
      // Its client keeps a connection that the server has closed until it is closed here, too.
      var unused = lost.closeAsync();
    }
    return fresh;
  }

  /** A connection nobody waits for any more is closed, also if it is opened only later. */
  private static void abandon(CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening) {
    var unused = opening.thenCompose(StatefulRedisConnection::closeAsync);
  }

  private void drop(StatefulRedisConnection<byte[], byte[]> used) {
    lock.lock();
    try {
      if (connection == used) {
        connection = null;
      }
    } finally {
      lock.unlock();
    }
    var unused = used.closeAsync();
  }

  @Override
  public void unblock() {
    long id;
    lock.lock();
    try {
      if (!waiting || connection == null) {
        return;
      }
      id = clientId;
    } finally {
      lock.unlock();
    }
    // Best effort: a call that is not woken ends by itself after the block time.
    var unused =
        commands.with(
            shared.options().commandTimeout(),
            open ->
                open.async()
                    .clientUnblock(id, io.lettuce.core.UnblockType.TIMEOUT)
                    .toCompletableFuture());
  }

  @Override
  public void ring(QueueRef queue) {
    shared.call(queue, Script.RING, shared.args());
  }

  @Override
  public void close() {
    StatefulRedisConnection<byte[], byte[]> open;
    lock.lock();
    try {
      closed = true;
      open = connection;
      connection = null;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }
}
