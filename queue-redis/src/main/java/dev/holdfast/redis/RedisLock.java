package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.redis.LockCalls.Answer;
import dev.holdfast.redis.RedisErrors.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A named lock with a lease, got from {@link RedisEngine#lock(String)}; {@link #tryLock} and {@link
 * #lock} take it. Safe for use by many threads.
 *
 * <p>While Redis keeps its data and its clock is not set, at most one holder has the lock at any
 * time of the Redis server. A holder that dies frees it with the end of its lease, one that lives
 * is extended. After a failover, a restart of Redis that loses the key, or a clock that is set,
 * there may be two holders: what must not happen twice must be guarded by the {@linkplain
 * HeldLock#token() fencing token} at the resource itself. See {@code docs/locks.md}.
 *
 * <p>It is not reentrant: a thread that has the lock and takes it again waits for itself. It is not
 * fair: waiters ask again every 50 to 500 ms at random, and the first to ask gets it. A waiter that
 * dies leaves nothing behind.
 */
public final class RedisLock {
  private static final Duration LONGEST_WAIT = Duration.ofHours(24);
  private static final long SHORTEST_POLL_MS = 50;
  private static final long LONGEST_POLL_MS = 500;

  private final LockKeeper keeper;
  private final LockCalls calls;
  private final LockOptions options;

  RedisLock(LockKeeper keeper, String name, LockOptions options) {
    this.keeper = keeper;
    this.calls = keeper.calls(name);
    this.options = Objects.requireNonNull(options, "options");
  }

  /** The name of the lock. */
  public String name() {
    return calls.name();
  }

  /**
   * Takes the lock if it is free now. One round trip.
   *
   * @return the lock, to be closed; empty if another holder has it
   * @throws EngineUnavailableException if Redis gave no answer within the command timeout. If the
   *     call had arrived, the lock is freed again by a later call or the end of the lease
   * @throws LockException if the lock's key is none of Holdfast's
   * @throws InterruptedException if the thread is interrupted; the lock is not taken
   */
  public Optional<HeldLock> tryLock() throws InterruptedException {
    return tryLock(Duration.ZERO);
  }

  /**
   * Takes the lock, waiting for it if need be. One round trip a try, with 50 to 500 ms between two
   * tries, less if the holder's lease ends before.
   *
   * @param wait for how long, 0 to 24 h; what follows a lost answer may take the command timeout
   *     longer
   * @return the lock, to be closed; empty if another holder had it all the time
   * @throws EngineUnavailableException as for {@link #tryLock()}, but only once the wait is over
   * @throws IllegalArgumentException if the wait is out of range
   * @throws LockException as for {@link #tryLock()}
   * @throws InterruptedException if the thread is interrupted; the lock is not taken
   */
  public Optional<HeldLock> tryLock(Duration wait) throws InterruptedException {
    if (wait.isNegative() || wait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "wait is " + wait + "; it must be PT0S to " + LONGEST_WAIT);
    }
    HeldLock handle = new HeldLock(keeper, calls, options);
    // Known to the engine before anything is sent, so that closing the one ends the other.
    keeper.add(handle, name());
    boolean taken = false;
    try {
      taken = take(handle, wait);
    } finally {
      if (!taken) {
        handle.abandon();
      }
    }
    return taken ? Optional.of(handle) : Optional.empty();
  }

  /**
   * As {@link #tryLock(Duration)}, for those who cannot go on without the lock.
   *
   * @return the lock, to be closed
   * @throws LockHeldException if another holder had it all the time
   * @throws EngineUnavailableException as for {@link #tryLock(Duration)}
   * @throws IllegalArgumentException if the wait is out of range
   * @throws LockException as for {@link #tryLock()}
   * @throws InterruptedException if the thread is interrupted; the lock is not taken
   */
  public HeldLock lock(Duration wait) throws InterruptedException {
    return tryLock(wait)
        .orElseThrow(
            () ->
                new LockHeldException(
                    "lock "
                        + name()
                        + " was not free within "
                        + wait
                        + ": another holder has it; nothing was changed"));
  }

  private boolean take(HeldLock handle, Duration wait) throws InterruptedException {
    long start = System.nanoTime();
    long waitNanos = wait.toNanos();
    long answerNanos = Math.max(waitNanos, keeper.commandTimeout().toNanos());
    // Whether an earlier request may still be on its way, whatever the later ones are told.
    boolean unsure = false;
    while (true) {
      long sentAt = System.nanoTime();
      long pause;
      try {
        Answer answer = handle.sendLock(answerNanos - (sentAt - start)).get();
        switch (answer.result()) {
          case LOCKED -> {
            if (handle.locked(answer.number(), sentAt)) {
              return true;
            }
            // The answer took as long as the lease. The same owner may ask again.
            failIfLate(start, answerNanos, null);
            pause = 0;
          }
          default -> {
            if (!unsure) {
              handle.notTaken();
            }
            long left = waitNanos - (System.nanoTime() - start);
            if (left <= 0) {
              return false;
            }
            long poll = Math.min(pollMillis(), Math.max(1, answer.number()));
            pause = Math.min(left, TimeUnit.MILLISECONDS.toNanos(poll));
          }
        }
      } catch (ExecutionException e) {
        Kind kind = RedisErrors.kindOf(e);
        unsure |= kind == Kind.UNKNOWN;
        if (!unsure) {
          handle.notTaken();
        }
        switch (kind) {
          // The same owner asks again: if it had arrived, the token comes with the next answer.
          case NOT_SENT, UNKNOWN, REFUSED_FOR_NOW, READ_ONLY -> failIfLate(start, answerNanos, e);
          default -> throw RedisErrors.translateLock(name(), "taking", e);
        }
        pause = HeldLock.retryNanos();
      }
      handle.pause(pause);
    }
  }

  private void failIfLate(long start, long answerNanos, @Nullable Throwable error) {
    if (!keeper.isClosed() && System.nanoTime() - start < answerNanos) {
      return;
    }
    HoldfastException cause =
        error == null
            ? new EngineUnavailableException(
                "taking lock " + name() + " was answered only after the lease had ended")
            : RedisErrors.translateLock(name(), "taking", error);
    throw cause;
  }

  private static long pollMillis() {
    return ThreadLocalRandom.current().nextLong(SHORTEST_POLL_MS, LONGEST_POLL_MS + 1);
  }
}
