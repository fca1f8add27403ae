package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.redis.LockCalls.Answer;
import dev.holdfast.redis.LockCalls.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that was taken: its fencing token, whether it is still held, and how to free it. Safe for
 * use by many threads; it belongs to whoever has this object, not to a thread.
 *
 * <p>The lease is extended every third of it until {@link #close}, {@link LockOptions#maxHold} or
 * loss. The lock is lost when Redis says so, or when no extension has been answered until shortly
 * before the lease ends: then {@link #isHeld} is false for good, and the {@link #onLost} callbacks
 * run.
 */
public final class HeldLock implements AutoCloseable {
  // How it works. The state only moves forward: WAITING, HELD, then LOST or CLOSED. It moves under
  // the lock below, and only there are timers set, and only in the state HELD. So no answer that
  // comes late, no callback of a connection and no interrupt can start an extension after close has
  // passed: elsewhere, a cancel that raced a callback about to schedule left locks extended for
  // ever. An extension that is already on its way when close begins may arrive after the unlock;
  // the script then finds another owner, or none, and does nothing.
  //
  // Local time is System.nanoTime, taken before each request is sent: the lease in Redis begins
  // after that, so it ends after the local one. On a suspended machine this clock may stand still,
  // which is why isHeld alone proves nothing and the fencing token exists.
  private static final Logger log = LoggerFactory.getLogger(HeldLock.class);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(250);

  private enum State {
    WAITING,
    HELD,
    LOST,
    CLOSED
  }

  private final LockKeeper keeper;
  private final LockCalls calls;
  private final LockOptions options;
  private final String owner;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below is guarded by lock. Times are nanoTimes: until when the lock counts as held, which is
  // a margin before the end of the lease; and when maxHold ends.
  private State state = State.WAITING;
  private boolean mayBeTaken;
  private long token;
  private long heldUntil;
  private long maxHoldEnd;
  private @Nullable Future<?> extension;
  private @Nullable Future<?> watch;
  private final List<Runnable> callbacks = new ArrayList<>();

  HeldLock(LockKeeper keeper, LockCalls calls, LockOptions options) {
    this.keeper = keeper;
    this.calls = calls;
    this.options = options;
    this.owner = keeper.newOwner();
  }

  /** The name of the lock. */
  public String name() {
    return calls.name();
  }

  /**
   * The fencing token: higher than that of every earlier holder of this lock, and about the
   * server's time in microseconds since 1970. Give it to the guarded resource with each write; the
   * resource must refuse a token lower than the highest it has seen.
   */
  public long token() {
    lock.lock();
    try {
      return token;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the lock is held, as far as this process knows: by a monotonic clock from before the
   * last answered request was sent, less a margin. Sends nothing. Once false it stays false.
   *
   * <p>True is no proof: the process may be paused between this call and the next line. Never the
   * only guard of what must not happen twice.
   */
  public boolean isHeld() {
    lock.lock();
    try {
      return state == State.HELD && System.nanoTime() - heldUntil < 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs the callback once if the lock is lost, on a thread of its own; at once if it is lost
   * already; never after {@link #close} of a lock that was held. It comes before another holder can
   * have the lock, unless this process was paused, the lock's key was deleted or Redis lost it.
   */
  public void onLost(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    boolean now;
    lock.lock();
    try {
      now = state == State.LOST;
      if (state == State.HELD) {
        callbacks.add(callback);
      }
    } finally {
      lock.unlock();
    }
    if (now) {
      keeper.tell(name(), callback);
    }
  }

  /**
   * Asks Redis now whether the lock is still this holder's, and if so gives it a full lease from
   * now, but never beyond {@code maxHold}. One round trip.
   *
   * @return whether it is held; if not, it is lost or closed
   * @throws EngineUnavailableException if no answer came; the lock may still be held, see {@link
   *     #isHeld}. If the thread is interrupted, the flag is set again
   */
  public boolean extendNow() {
    try {
      return extend().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailableException(
          "extending lock " + name() + " was interrupted; it stays held until its lease ends", e);
    } catch (ExecutionException e) {
      throw RedisErrors.translateLock(name(), "extending", e);
    }
  }

  /**
   * Frees the lock. Idempotent, and frees nobody else's. Extension ends before anything is sent.
   *
   * <p>It waits for one answer of Redis, at most for the command timeout. If none comes, or the
   * thread is interrupted, freeing goes on in the background until the lease has ended anyway.
   *
   * @return true if Redis confirmed that the lock was held until now; false if it had been lost,
   *     was closed before, or no confirmation came
   */
  public boolean unlock() {
    boolean held;
    long end;
    String known;
    lock.lock();
    try {
      if (state == State.CLOSED) {
        return false;
      }
      held = stillHeld();
      state = State.CLOSED;
      end = heldUntil + options.margin().toNanos();
      known = Long.toString(token);
      stopTimers();
      callbacks.clear();
    } finally {
      lock.unlock();
    }
    keeper.remove(this);
    CompletableFuture<Boolean> freed = release(known, end);
    if (!held) {
      // Redis may still think that it is ours, if it was lost for want of an answer.
      return false;
    }
    try {
      return freed.get(keeper.commandTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Frees the lock, as {@link #unlock}. Does not throw, also when Redis is away. */
  @Override
  public void close() {
    unlock();
  }

  @Override
  public String toString() {
    return "lock " + name() + " token " + token() + (isHeld() ? " held" : " not held");
  }

  /** Sends the request for the lock; the same owner each time, so it may be sent again. */
  CompletableFuture<Answer> sendLock(long timeoutNanos) {
    lock.lock();
    try {
      mayBeTaken = true;
    } finally {
      lock.unlock();
    }
    long most = keeper.commandTimeout().toMillis();
    long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
    Duration timeout = Duration.ofMillis(Math.max(1, Math.min(most, millis)));
    return calls.lock(owner, options.lease(), timeout);
  }

  /** What was sent did not take the lock: nothing of ours is in Redis. */
  void notTaken() {
    lock.lock();
    try {
      mayBeTaken = false;
    } finally {
      lock.unlock();
    }
  }

  /** It is ours since the request was sent; false if that is too long ago, or the engine closed. */
  boolean locked(long fencingToken, long sentAt) {
    lock.lock();
    try {
      long until = sentAt + options.lease().minus(options.margin()).toNanos();
      if (keeper.isClosed() || System.nanoTime() - until >= 0) {
        return false;
      }
      token = fencingToken;
      heldUntil = until;
      maxHoldEnd = sentAt + options.maxHold().toNanos();
      state = State.HELD;
      extendLater(sentAt + options.extendPeriod().toNanos() - System.nanoTime());
      watchDeadline();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The taker gave up. If a request may have arrived, its lock is freed in the background. */
  void abandon() {
    boolean free;
    lock.lock();
    try {
      free = mayBeTaken;
      state = State.CLOSED;
    } finally {
      lock.unlock();
    }
    keeper.remove(this);
    if (free) {
      var unused = release("", System.nanoTime() + options.lease().toNanos());
    }
  }

  /** Waits so long, or until the engine is closed. */
  void pause(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (left > 0 && !keeper.isClosed()) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  void engineClosed() {
    lock.lock();
    try {
      changed.signalAll();
      if (state == State.HELD) {
        lose("the engine was closed");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Half of 100 ms, and as much again at random. */
  static long retryNanos() {
    return TimeUnit.MILLISECONDS.toNanos(50 + ThreadLocalRandom.current().nextLong(51));
  }

  /** One extension: whether the lock is held; fails if no answer came. */
  CompletableFuture<Boolean> extend() {
    long sentAt = System.nanoTime();
    Duration lease;
    long known;
    lock.lock();
    try {
      if (!stillHeld()) {
        return CompletableFuture.completedFuture(false);
      }
      long left = TimeUnit.NANOSECONDS.toMillis(maxHoldEnd - sentAt);
      lease = Duration.ofMillis(Math.max(1, Math.min(options.lease().toMillis(), left)));
      known = token;
    } finally {
      lock.unlock();
    }
    return calls
        .extend(owner, known, lease, extendTimeout())
        .thenApply(answer -> extended(answer.result(), sentAt, lease));
  }

  /**
   * At most the extension period, so that a silent connection leaves time for another; but a
   * connection is shared, and not given up for a hiccup.
   */
  private Duration extendTimeout() {
    Duration period = options.extendPeriod();
    Duration most = keeper.commandTimeout();
    Duration timeout = period.compareTo(most) < 0 ? period : most;
    return timeout.compareTo(SHORTEST_TIMEOUT) < 0 ? SHORTEST_TIMEOUT : timeout;
  }

  private boolean extended(Result result, long sentAt, Duration lease) {
    lock.lock();
    try {
      if (!stillHeld()) {
        return false;
      }
      if (result != Result.EXTENDED) {
        lose(
            result == Result.TAKEN
                ? "another holder has it"
                : "its lease had ended in Redis, or its key is gone");
        return false;
      }
      long until = sentAt + lease.minus(options.margin()).toNanos();
      if (until - heldUntil > 0) {
        heldUntil = until;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** On the timer. */
  private void extendDue() {
    lock.lock();
    try {
      if (!stillHeld() || atMaxHold()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    long began = System.nanoTime();
    var unused =
        extend()
            .whenComplete(
                (held, error) -> {
                  if (error != null) {
                    log.debug("lock {}: an extension failed and is tried again", name(), error);
                  }
                  long wait =
                      error != null
                          ? Math.min(retryNanos(), options.extendPeriod().toNanos() / 2)
                          : options.extendPeriod().toNanos() - (System.nanoTime() - began);
                  lock.lock();
                  try {
                    extendLater(wait);
                  } finally {
                    lock.unlock();
                  }
                });
  }

  /** Called with the lock held. */
  private void extendLater(long nanos) {
    if (state == State.HELD) {
      extension = keeper.after(Math.max(0, nanos), this::extendDue);
    }
  }

  /** Called with the lock held: looks again when the lock would be lost if nothing came. */
  private void watchDeadline() {
    if (state == State.HELD) {
      watch = keeper.after(Math.max(0, heldUntil - System.nanoTime()), this::deadlineDue);
    }
  }

  /** On the timer. */
  private void deadlineDue() {
    lock.lock();
    try {
      if (stillHeld()) {
        watchDeadline();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock held: whether it is held, losing it if its time is over. */
  private boolean stillHeld() {
    if (state != State.HELD) {
      return false;
    }
    if (System.nanoTime() - heldUntil < 0) {
      return true;
    }
    lose(
        atMaxHold()
            ? "it was held for its maxHold of " + options.maxHold()
            : "no extension was answered in time, or this process was paused");
    return false;
  }

  /** Called with the lock held: whether no extension can add a millisecond. */
  private boolean atMaxHold() {
    long most = maxHoldEnd - options.margin().toNanos();
    return most - heldUntil <= TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** Called with the lock held, in the state HELD. */
  private void lose(String why) {
    state = State.LOST;
    stopTimers();
    keeper.remove(this);
    log.warn(
        "lock {} with token {} was lost: {}; another may take it, and its holder must stop",
        name(),
        token,
        why);
    callbacks.forEach(callback -> keeper.tell(name(), callback));
    callbacks.clear();
  }

  /** Called with the lock held. */
  private void stopTimers() {
    if (extension != null) {
      extension.cancel(false);
      extension = null;
    }
    if (watch != null) {
      watch.cancel(false);
      watch = null;
    }
  }

  /** Frees what is ours, again and again until an answer comes or the lease has ended. */
  private CompletableFuture<Boolean> release(String known, long end) {
    CompletableFuture<Boolean> freed = new CompletableFuture<>();
    tryRelease(known, end, freed);
    return freed;
  }

  private void tryRelease(String known, long end, CompletableFuture<Boolean> freed) {
    var unused =
        calls
            .unlock(owner, known, keeper.commandTimeout())
            .whenComplete(
                (answer, error) -> {
                  if (error == null) {
                    freed.complete(answer.result() == Result.UNLOCKED);
                  } else if (System.nanoTime() - end >= 0
                      || keeper.after(retryNanos(), () -> tryRelease(known, end, freed)) == null) {
                    freed.complete(false);
                  }
                });
  }
}
