package dev.holdfast.spi;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where locks are taken, kept and freed. A lock is a lease with an owner and a fencing token, by
 * the store's own clock; what extends it, and tells a holder of its loss, is built on this.
 *
 * <p>The token rises with every taking of a lock, for ever: it is the larger of the last one plus 1
 * and the store's time in microseconds since 1970. The last one is remembered for 24 hours at least
 * after the lease or the unlock, so that it rises if the clock is set back meanwhile.
 *
 * <p>Every call may be repeated, and is one atomic step. Its future fails with {@code
 * EngineUnavailableException} if no answer came in time (the step may have been taken: repeat it)
 * or {@code LockException} if the lock cannot be used (nothing was changed). It may be completed on
 * a thread of the engine: do not block in it.
 */
public interface Locks {
  /**
   * Takes a lock for its owner if nobody has it, or the owner has it already: then it keeps its
   * token, and its lease runs anew. So a lost answer is made good by asking again.
   *
   * <p>To be asked by another owner also bounds the lease that stands: if the clock was set back,
   * it ends one lease from now at the latest.
   *
   * @param lease from now, at least 1 ms
   * @param timeout how long to wait for an answer
   */
  CompletableFuture<LockReply> lock(LockHolder holder, Duration lease, Duration timeout);

  /**
   * Makes the lease of a lock end so long from now, later or earlier than it did, if the holder
   * still has it. A lease that ran out stays so, even if nobody took the lock.
   *
   * @param token what the lock was given with
   * @param lease from now, at least 1 ms
   * @param timeout how long to wait for an answer
   */
  CompletableFuture<ExtendReply> extend(
      LockHolder holder, long token, Duration lease, Duration timeout);

  /**
   * Frees a lock if the holder still has it.
   *
   * @param token what the lock was given with; null if the owner never learned it
   * @param timeout how long to wait for an answer
   */
  CompletableFuture<UnlockReply> unlock(LockHolder holder, @Nullable Long token, Duration timeout);

  /** How long a caller that has no reason to hurry waits for an answer. */
  Duration answerTimeout();

  /** What became of a request for a lock. */
  sealed interface LockReply {
    /**
     * The owner has it.
     *
     * @param token the fencing token of this taking
     */
    record Locked(long token) implements LockReply {}

    /**
     * Another owner has it.
     *
     * @param left until its lease ends if it is not extended, in whole milliseconds, rounded up
     */
    record Held(Duration left) implements LockReply {}
  }

  /** What became of an extension. */
  enum ExtendReply {
    /** The lease runs from now. */
    EXTENDED,
    /** Refused: another owner has the lock, or the token is not this taking's. */
    TAKEN,
    /** Refused: nobody has the lock. It was unlocked, its lease ran out, or the store lost it. */
    FREE
  }

  /** What became of an unlock. */
  enum UnlockReply {
    /** The holder had it until now. */
    UNLOCKED,
    /** Nothing was done: another owner has the lock, or the token is not this taking's. */
    TAKEN,
    /** Nothing was to do: nobody had the lock. It was unlocked before, or its lease ran out. */
    FREE
  }
}
