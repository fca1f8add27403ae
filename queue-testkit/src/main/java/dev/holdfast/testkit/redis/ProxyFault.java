package dev.holdfast.testkit.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Something that a {@link RedisProxy} does to commands or replies, to wait for and to end. Safe for
 * use by several threads.
 */
public final class ProxyFault {
  enum Kind {
    WATCH(true),
    WATCH_REPLY(false),
    HOLD_COMMAND(true),
    LOSE_COMMAND_AND_RESET(true),
    HOLD_REPLY(false),
    DROP_REPLY(false),
    DROP_REPLY_AND_RESET(false),
    TRUNCATE_REPLY(false),
    INJECT(false),
    REPLACE_REPLY(false);

    final boolean ofCommand;

    Kind(boolean ofCommand) {
      this.ofCommand = ofCommand;
    }

    boolean onlyWatches() {
      return this == WATCH || this == WATCH_REPLY;
    }
  }

  private final RedisProxy proxy;
  private final Predicate<RedisCommand> match;
  private final Kind kind;
  private final byte[] bytes;
  private final int at;
  private final byte[] answer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // The rest is guarded by lock.
  private int toSkip;
  private int left;
  private int count;
  private boolean released;
  private @Nullable RuntimeException broken;

  ProxyFault(
      RedisProxy proxy,
      Predicate<RedisCommand> match,
      Kind kind,
      byte[] bytes,
      int at,
      byte[] answer,
      int skip,
      int times) {
    this.proxy = proxy;
    this.match = match;
    this.kind = kind;
    this.bytes = bytes;
    this.at = at;
    this.answer = answer;
    this.toSkip = skip;
    this.left = times;
  }

  Kind kind() {
    return kind;
  }

  byte[] bytes() {
    return bytes;
  }

  int at() {
    return at;
  }

  /** Says whether this command, or its reply, is for this fault, and counts it if so. */
  boolean takes(RedisCommand command, byte[] reply) {
    lock.lock();
    try {
      if (left == 0 || released || !contains(reply, answer) || !match.test(command)) {
        return false;
      }
      if (toSkip > 0) {
        toSkip--;
        return false;
      }
      left--;
      return true;
    } catch (RuntimeException e) {
      broken = e;
      changed.signalAll();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int from = 0; from + part.length <= bytes.length; from++) {
      if (Arrays.equals(bytes, from, from + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }

  /** Tells those who wait; called once it is done. */
  void happened() {
    lock.lock();
    try {
      count++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean holds() {
    lock.lock();
    try {
      return !released;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells how often it has happened. What is held counts from the moment it is held.
   *
   * @return 0 or more
   */
  public int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until it has happened once.
   *
   * @param timeout how long at most
   * @return this fault
   * @throws IllegalStateException if it has not by then; names the last commands that passed
   */
  public ProxyFault await(Duration timeout) {
    return await(1, timeout);
  }

  /**
   * Waits until it has happened so often.
   *
   * @param times how often, counted from the beginning
   * @param timeout how long at most
   * @return this fault
   * @throws IllegalStateException if it has not by then; names the last commands that passed
   */
  public ProxyFault await(int times, Duration timeout) {
    long nanos = timeout.toNanos();
    lock.lock();
    try {
      while (count < times && broken == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      if (count < times) {
        throw new IllegalStateException(
            kind
                + " happened "
                + count
                + " of "
                + times
                + " times within "
                + TimeUnit.NANOSECONDS.toMillis(timeout.toNanos())
                + " ms; the last commands: "
                + proxy.lastCommands(),
            broken);
      }
      return this;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + kind, e);
    } finally {
      lock.unlock();
    }
  }

  /** Ends it: what it holds goes on, in order, and it does nothing more. Idempotent. */
  public void release() {
    lock.lock();
    try {
      released = true;
    } finally {
      lock.unlock();
    }
    proxy.ended(this);
  }

  /** What it does, with its bytes, and how often it has. */
  @Override
  public String toString() {
    String detail =
        kind == Kind.TRUNCATE_REPLY
            ? " at " + at
            : new String(bytes, StandardCharsets.UTF_8).strip().replaceAll("\\p{Cntrl}+", " ");
    return kind + (detail.isBlank() ? "" : " " + detail.strip()) + ", " + count() + " times";
  }
}
