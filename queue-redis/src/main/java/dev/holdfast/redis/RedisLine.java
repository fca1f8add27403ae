package dev.holdfast.redis;

import dev.holdfast.redis.RedisErrors.Kind;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.AsyncCommand;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A way to one server: a connection at a time, and how a script is called on it.
 *
 * <p>Lettuce is told not to reconnect by itself: it would send again what was on its way, and it
 * would not look for a new primary. A connection that is lost is opened anew by the next call, at
 * once if it had worked, otherwise after a wait that doubles from 10 ms to the reconnect cap, half
 * of it random. Until one has opened, calls then fail at once with nothing sent: a server that is
 * away must not cost whoever serves others, too, a time-out a call.
 *
 * <p>A call that got no answer in time, while for the later half of that time nothing else was
 * answered on the connection either, makes later calls go to a new one, and so does the answer that
 * the server has become a replica. (Half: an answer that was on its way when the call was sent says
 * nothing about the connection. Counted from the sending, it once kept a dead one for another
 * time-out.) What waits on the old one goes on waiting: one slow answer makes no other call's
 * outcome unknown. An answer that is none of its script's ends the connection at once: no later one
 * on it is sure to be that of the call it comes to.
 *
 * <p>No call is sent twice from here, except that a script Redis does not know is sent again with
 * its text: it has not run.
 */
final class RedisLine implements RedisCalls, AutoCloseable {
  private static final long FIRST_WAIT_MS = 10;

  private final Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener;
  private final long capMillis;
  private final long answerMillis;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock for writing; a reader may see the one before.
  private volatile @Nullable Wire wire;
  // Guarded by lock: wires in a row that did not work, when the next may be opened, whether one
  // ever worked, whether closed.
  private int failures;
  private long notBefore = System.nanoTime();
  private boolean hasWorked;
  private boolean closed;

  /**
   * Makes a line that connects with its first call.
   *
   * @param opener opens a connection, to wherever the server is by then
   * @param cap the longest wait between two tries
   * @param answer how long the server may take to open a connection once it has opened one before
   * @param most how many calls may wait for answers
   */
  RedisLine(
      Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener,
      Duration cap,
      Duration answer,
      int most) {
    this.opener = opener;
    this.capMillis = cap.toMillis();
    this.answerMillis = answer.toMillis();
    this.most = most;
  }

  /** A command on a connection. */
  @FunctionalInterface
  interface Command<T> {
    CompletableFuture<T> on(StatefulRedisConnection<byte[], byte[]> connection);
  }

  /** Opens the connection now and waits for it; otherwise the first call does. */
  void open(Duration timeout) throws ExecutionException, TimeoutException {
    Wire first = wire();
    if (first == null) {
      throw new ExecutionException(new NotSentException("Currently not connected", null));
    }
    try {
      first.opening().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutionException(e);
    }
  }

  @Override
  public CompletableFuture<List<Object>> call(
      Script script, byte[][] keys, Args args, Duration timeout) {
    return with(timeout, open -> evaluate(open, script, keys, args));
  }

  /** Runs any command on the connection. */
  <T> CompletableFuture<T> with(Duration timeout, Command<T> command) {
    Wire used = wire();
    if (used == null) {
      return CompletableFuture.failedFuture(
          new NotSentException("Currently not connected: it is tried again in a moment", null));
    }
    return used.send(timeout, command)
        .whenComplete(
            (reply, error) -> {
              if (error != null) {
                judge(used, timeout, error);
              }
            });
  }

  static CompletableFuture<List<Object>> evaluate(
      StatefulRedisConnection<byte[], byte[]> open, Script script, byte[][] keys, Args args) {
    return send(open, args.evalsha(script, keys))
        .exceptionallyCompose(
            error ->
                RedisErrors.unwrap(error) instanceof RedisNoScriptException
                    ? send(open, args.eval(script, keys))
                    : CompletableFuture.failedFuture(error))
        .thenApply(reply -> FirstWords.check(script, reply));
  }

  private static CompletableFuture<List<Object>> send(
      StatefulRedisConnection<byte[], byte[]> open,
      AsyncCommand<byte[], byte[], List<Object>> call) {
    open.dispatch(call);
    return call;
  }

  private @Nullable Wire wire() {
    Wire current = wire;
    if (current != null && current.isUsable()) {
      return current.takesCalls() ? current : null;
    }
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      current = wire;
      if (current != null && !current.isUsable()) {
        end(current, current.hasWorked());
        current = null;
      }
      if (current == null && System.nanoTime() - notBefore >= 0) {
        current = new Wire(opening(), most, failures == 0);
        wire = current;
        watch(current);
      }
      return current != null && current.takesCalls() ? current : null;
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening() {
    try {
      return opener.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Gives up a connection that does not open. What was sent into a network that swallows it is not
   * answered when the network is whole again: then only another try helps. Called with the lock
   * held.
   */
  private void watch(Wire opened) {
    CompletableFuture<?> opening = opened.opening().copy();
    if (hasWorked) {
      opening = opening.orTimeout(answerMillis, TimeUnit.MILLISECONDS);
    }
    var unused =
        opening.whenComplete(
            (connection, error) -> {
              lock.lock();
              try {
                hasWorked |= error == null;
                if (error != null) {
                  end(opened, false);
                }
              } finally {
                lock.unlock();
              }
            });
  }

  /** Takes a wire out of use. Called with the lock held. */
  private void end(Wire used, boolean worked) {
    if (wire != used) {
      return;
    }
    wire = null;
    failures = worked ? 0 : failures + 1;
    long wait = worked ? 0 : Math.min(capMillis, FIRST_WAIT_MS << Math.min(failures - 1, 20));
    long jittered = wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2 + 1);
    notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(jittered);
    used.retire();
  }

  private void judge(Wire used, Duration timeout, Throwable error) {
    Throwable cause = RedisErrors.unwrap(error);
    boolean silent = cause instanceof TimeoutException && used.isSilentFor(timeout.dividedBy(2));
    boolean replica = RedisErrors.kindOf(cause) == Kind.READ_ONLY;
    // After a strange reply the next one, too, would be taken for that to another command.
    boolean strange = cause instanceof StrangeReplyException;
    if (!silent && !replica && !strange) {
      return;
    }
    lock.lock();
    try {
      // A server that was silent, or is a replica, may still be so: the next try waits a moment.
      end(used, strange && used.hasWorked());
    } finally {
      lock.unlock();
    }
    if (strange) {
      var unused = used.close();
    }
  }

  /**
   * Closes the connection and opens no other.
   *
   * @return completed when it is closed
   */
  CompletableFuture<Void> end() {
    Wire current;
    lock.lock();
    try {
      closed = true;
      current = wire;
      wire = null;
    } finally {
      lock.unlock();
    }
    return current == null ? CompletableFuture.completedFuture(null) : current.close();
  }

  @Override
  public void close() {
    var unused = end();
  }
}
