package dev.holdfast.redis;

import dev.holdfast.redis.RedisErrors.Kind;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection, and how a script is called on it.
 *
 * <p>Lettuce reconnects by itself after a connection is lost. It does not notice one that is
 * silent: so a call that gets no answer in time, gets one that is none of its script's, or is told
 * that the server has become a replica, makes this line close the connection and open another with
 * the next call. No call is sent twice from here, except that a script Redis does not know is sent
 * again with its text: it has not run.
 */
final class RedisLine implements AutoCloseable {
  private final Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock for writing; a reader may see the one before.
  private volatile @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
  // Guarded by lock.
  private boolean closed;

  RedisLine(Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener) {
    this.opener = opener;
  }

  /** Opens the connection now and waits for it; otherwise the first call does. */
  void open(Duration timeout) throws ExecutionException, TimeoutException {
    try {
      connection().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException(e);
    }
  }

  /**
   * Calls a script.
   *
   * @return its reply: byte arrays and longs. Fails with what Redis or the connection said, or a
   *     {@link TimeoutException}. Completed on an event loop: do not block in it.
   */
  CompletableFuture<List<Object>> call(
      Script script, byte[][] keys, byte[][] args, Duration timeout) {
    return with(timeout, c -> evaluate(c, script, keys, args));
  }

  /** Calls a script and waits for its reply; errors come as the engine's exceptions. */
  List<Object> await(String queue, Script script, byte[][] keys, byte[][] args, Duration timeout) {
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

  /** Runs any command on the connection. */
  <T> CompletableFuture<T> with(Duration timeout, Command<T> command) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> current = connection();
    CompletableFuture<T> answer;
    StatefulRedisConnection<byte[], byte[]> open = nowOf(current);
    try {
      answer = open != null ? command.on(open) : current.thenCompose(command::on);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<T> bounded =
        answer.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    return bounded.whenComplete(
        (reply, error) -> {
          if (error != null) {
            judge(current, error);
          }
        });
  }

  /** A command on a connection. */
  @FunctionalInterface
  interface Command<T> {
    CompletableFuture<T> on(StatefulRedisConnection<byte[], byte[]> connection);
  }

  private static @Nullable StatefulRedisConnection<byte[], byte[]> nowOf(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> future) {
    return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
  }

  private static CompletableFuture<List<Object>> evaluate(
      StatefulRedisConnection<byte[], byte[]> open, Script script, byte[][] keys, byte[][] args) {
    CompletableFuture<List<Object>> first =
        open.async()
            .<List<Object>>evalsha(script.digest(), ScriptOutputType.MULTI, keys, args)
            .toCompletableFuture();
    return first
        .exceptionallyCompose(
            error ->
                RedisErrors.unwrap(error) instanceof RedisNoScriptException
                    ? open.async()
                        .<List<Object>>eval(script.text(), ScriptOutputType.MULTI, keys, args)
                        .toCompletableFuture()
                    : CompletableFuture.failedFuture(error))
        .thenApply(reply -> FirstWords.check(script, reply));
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> current = connection;
    if (current != null && !current.isCompletedExceptionally()) {
      return current;
    }
    lock.lock();
    try {
      if (closed) {
        return CompletableFuture.failedFuture(
            new CompletionException("Currently not connected: the engine is closed", null));
      }
      current = connection;
      if (current == null || current.isCompletedExceptionally()) {
        current = opener.get();
        connection = current;
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  private void judge(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> used, Throwable error) {
    Throwable cause = RedisErrors.unwrap(error);
    // After a strange reply the next one, too, would be taken for that to another command.
    boolean useless = cause instanceof TimeoutException || cause instanceof StrangeReplyException;
    if (!useless && RedisErrors.kindOf(cause) != Kind.READ_ONLY) {
      return;
    }
    lock.lock();
    try {
      if (connection != used) {
        return;
      }
      connection = null;
    } finally {
      lock.unlock();
    }
    // Nobody waits for the end of a connection that is not used any more.
    var unused = used.thenCompose(StatefulRedisConnection::closeAsync);
  }

  @Override
  public void close() {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> current;
    lock.lock();
    try {
      closed = true;
      current = connection;
      connection = null;
    } finally {
      lock.unlock();
    }
    if (current != null) {
      // Not close(), which waits: of one that is still being opened this runs on an event loop.
      var unused = current.thenCompose(StatefulRedisConnection::closeAsync);
    }
  }
}
