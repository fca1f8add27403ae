package dev.holdfast.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link RedisLine}, from its opening to its close, and the calls that wait on
 * it. A wire that is retired takes no more calls; it is closed when nobody waits on it any more, so
 * that what is still answered is not lost.
 */
final class Wire {
  /** What became of one call's command. */
  private enum Stage {
    /** The connection is still being opened. */
    WAITING,
    /** It may have arrived. */
    SENT,
    /** Nobody waits any more, and it was never sent. */
    GIVEN_UP
  }

  private final CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening;
  private final int most;
  private final boolean hopeful;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private int waiting;
  private boolean retired;
  private @Nullable CompletableFuture<Void> closing;
  // Written by the event loop that completes calls, in order; read by any thread.
  private volatile long lastAnswer = System.nanoTime();
  private volatile boolean worked;

  /**
   * Wraps a connection.
   *
   * @param most how many calls may wait on it
   * @param hopeful whether calls may wait for it to open
   */
  Wire(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening,
      int most,
      boolean hopeful) {
    this.opening = opening;
    this.most = most;
    this.hopeful = hopeful;
    var unused = opening.thenAccept(open -> answered());
  }

  CompletableFuture<StatefulRedisConnection<byte[], byte[]>> opening() {
    return opening;
  }

  /** Whether a call may be given to it now. */
  boolean takesCalls() {
    return hopeful || opening.isDone();
  }

  /** Whether it opens, or is open. */
  boolean isUsable() {
    lock.lock();
    try {
      return !retired && (!opening.isDone() || isOpen());
    } finally {
      lock.unlock();
    }
  }

  private boolean isOpen() {
    return !opening.isCompletedExceptionally() && opening.join().isOpen();
  }

  private void answered() {
    lastAnswer = System.nanoTime();
    worked = true;
  }

  /** Whether it was opened: Redis has answered the first words on it. */
  boolean hasWorked() {
    return worked;
  }

  /** Whether nothing has been answered on it for so long, or longer. */
  boolean isSilentFor(Duration time) {
    return System.nanoTime() - lastAnswer >= time.toNanos();
  }

  /** Sends a command as soon as the connection is open, unless the time is up by then. */
  <T> CompletableFuture<T> send(Duration timeout, RedisLine.Command<T> command) {
    if (!enter()) {
      return CompletableFuture.failedFuture(
          new NotSentException("Request queue size exceeded: " + most, null));
    }
    AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    CompletableFuture<T> answer = new CompletableFuture<>();
    var unused =
        opening.whenComplete(
            (connection, error) -> {
              if (!stage.compareAndSet(Stage.WAITING, Stage.SENT)) {
                return;
              }
              if (error != null) {
                answer.completeExceptionally(RedisErrors.notOpened(error));
              } else {
                transmit(connection, command, answer);
              }
            });
    return answer
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((value, error) -> leave())
        .exceptionallyCompose(
            error -> {
              boolean neverSent =
                  RedisErrors.unwrap(error) instanceof TimeoutException
                      && stage.compareAndSet(Stage.WAITING, Stage.GIVEN_UP);
              return CompletableFuture.failedFuture(
                  neverSent
                      ? new NotSentException(
                          "Currently not connected: no connection opened within " + timeout, error)
                      : error);
            });
  }

  private <T> void transmit(
      StatefulRedisConnection<byte[], byte[]> connection,
      RedisLine.Command<T> command,
      CompletableFuture<T> answer) {
    try {
      var unused =
          command
              .on(connection)
              .whenComplete(
                  (value, error) -> {
                    if (error == null || RedisErrors.isAnswer(error)) {
                      answered();
                    }
                    if (error == null) {
                      answer.complete(value);
                    } else {
                      answer.completeExceptionally(error);
                    }
                  });
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private boolean enter() {
    lock.lock();
    try {
      if (waiting >= most) {
        return false;
      }
      waiting++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    boolean last;
    lock.lock();
    try {
      waiting--;
      last = retired && waiting == 0;
    } finally {
      lock.unlock();
    }
    if (last) {
      var unused = close();
    }
  }

  /** Takes it out of use; it is closed when the last call that waits on it has ended. */
  void retire() {
    boolean idle;
    lock.lock();
    try {
      retired = true;
      idle = waiting == 0;
    } finally {
      lock.unlock();
    }
    if (idle) {
      var unused = close();
    }
  }

  /**
   * Closes it, also if it opens only later. What waits on it fails.
   *
   * @return completed when it is closed; may be never, if it never opens
   */
  CompletableFuture<Void> close() {
    lock.lock();
    try {
      if (closing == null) {
        // Not close() of the connection, which waits: this may run on an event loop.
        closing = opening.thenCompose(StatefulRedisConnection::closeAsync);
      }
      return closing;
    } finally {
      lock.unlock();
    }
  }
}
