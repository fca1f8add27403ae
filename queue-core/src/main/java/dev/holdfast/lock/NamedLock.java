package dev.holdfast.lock;

import dev.holdfast.job.EngineUnavailableException;
import java.time.Duration;
import java.util.Optional;

/**
 * A named lock with a lease; {@link #tryLock} and {@link #lock} take it. Got from an engine, as by
 * {@code RedisEngine.lock} or, in tests, {@code InMemoryEngine.lock}. Safe for use by many threads.
 *
 * <p>While the engine keeps its data and its clock is not set, at most one holder has the lock at
 * any time of the engine. A holder that dies frees it with the end of its lease, one that lives is
 * extended. After an engine lost the lock, or its clock was set, there may be two holders: what
 * must not happen twice must be guarded by the {@linkplain HeldLock#token() fencing token} at the
 * resource itself. See {@code docs/locks.md}.
 *
 * <p>It is not reentrant: a thread that has the lock and takes it again waits for itself. It is not
 * fair: waiters ask again every 50 to 500 ms at random, and the first to ask gets it. A waiter that
 * dies leaves nothing behind.
 */
public interface NamedLock {
  /** The name of the lock. */
  String name();

  /**
   * Takes the lock if it is free now. One round trip.
   *
   * @return the lock, to be closed; empty if another holder has it
   * @throws EngineUnavailableException if the engine gave no answer within its command timeout. If
   *     the call had arrived, the lock is freed again by a later call or the end of the lease
   * @throws LockException if the lock cannot be used
   * @throws InterruptedException if the thread is interrupted; the lock is not taken
   */
  default Optional<HeldLock> tryLock() throws InterruptedException {
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
  Optional<HeldLock> tryLock(Duration wait) throws InterruptedException;

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
  default HeldLock lock(Duration wait) throws InterruptedException {
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
}
