package dev.holdfast.lock;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks.ExtendReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that was taken: its fencing token, whether it is still held, and how to free it. Safe for
 * use by many threads; it belongs to whoever has this object, not to a thread.
 *
 * <p>The lease is extended every third of it until {@link #close}, {@link LockOptions#maxHold} or
 * loss. The lock is lost when the engine says so, or when no extension has been answered until
 * shortly before the lease ends: then {@link #isHeld} is false for good, and the {@link #onLost}
 * callbacks run.
 */
public final class HeldLock implements AutoCloseable {
  // How it works. The state only moves forward: HELD, then LOST or CLOSED. It moves under the lock
  // below, and only there are timers set, and only in the state HELD. So no answer that comes late,
  // no callback of a connection and no interrupt can start an extension after close has passed:
  // elsewhere, a cancel that raced a callback about to schedule left locks extended for ever. An
  // extension that is already on its way when close begins may arrive after the unlock; the engine
  // then finds another owner, or none, and does nothing.
  //
  // Local time is monotonic, taken before each request is sent: the lease in the engine begins
  // after
  // that, so it ends after the local one. On a suspended machine this clock may stand still, which
  // is why isHeld alone proves nothing and the fencing token exists.
  private static final Logger log = LoggerFactory.getLogger(HeldLock.class);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(250);

  private enum State {
    HELD,
    LOST,
    CLOSED
  }

  private final LockKeeper keeper;
  private final LockHolder holder;
  private final LockOptions options;
  private final long token;
  private final LockKeeper.Watched watched = new Watching();
  private final ReentrantLock lock = new ReentrantLock();
  // All below is guarded by lock.
  private State state = State.HELD;
  private final LeaseWindow window;
  private long extensionDue;
  private @Nullable Future<?> extension;
  private @Nullable Future<?> watch;
  private final List<Runnable> callbacks = new ArrayList<>();

  private HeldLock(
      LockKeeper keeper, LockHolder holder, LockOptions options, long token, LeaseWindow window) {
    this.keeper = keeper;
    this.holder = holder;
    this.options = options;
    this.token = token;
    this.window = window;
  }

  /**
   * Keeps a lock that was given with a token, from the request that was sent then.
   *
   * @return null if that is too long ago, or the engine is closed
   */
  static @Nullable HeldLock begin(
      LockKeeper keeper, LockHolder holder, LockOptions options, long token, long sentAt) {
    LeaseWindow window = new LeaseWindow(options, sentAt);
    if (keeper.isClosed() || !window.isOpen(keeper.nanos())) {
      return null;
    }
    HeldLock held = new HeldLock(keeper, holder, options, token, window);
    keeper.add(held.watched, holder.name());
    held.lock.lock();
    try {
      held.extendLater(sentAt + options.extendPeriod().toNanos() - keeper.nanos());
      held.watchDeadline();
    } finally {
      held.lock.unlock();
    }
    return held;
  }

  /** The name of the lock. */
  public String name() {
    return holder.name();
  }

  /**
   * The fencing token: higher than that of every earlier holder of this lock, and about the
   * engine's time in microseconds since 1970. Give it to the guarded resource with each write; the
   * resource must refuse a token lower than the highest it has seen.
   */
  public long token() {
    return token;
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
      return state == State.HELD && window.isOpen(keeper.nanos());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs the callback once if the lock is lost, on a thread of its own; at once if it is lost
   * already; never after {@link #close} of a lock that was held. It comes before another holder can
   * have the lock, unless this process was paused or the engine lost the lock.
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
   * Asks the engine now whether the lock is still this holder's, and if so gives it a full lease
   * from now, but never beyond {@code maxHold}. One round trip.
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
      throw LockErrors.of("extending", name(), e);
    }
  }

  /**
   * Frees the lock. Idempotent, and frees nobody else's. Extension ends before anything is sent.
   *
   * <p>It waits for one answer of the engine, at most for its command timeout. If none comes, or
   * the thread is interrupted, freeing goes on in the background until the lease has ended anyway.
   *
   * @return true if the engine confirmed that the lock was held until now; false if it had been
   *     lost, was closed before, or no confirmation came
   */
  public boolean unlock() {
    boolean held;
    long end;
    lock.lock();
    try {
      if (state == State.CLOSED) {
        return false;
      }
      held = stillHeld();
      state = State.CLOSED;
      end = window.leaseEnd();
      stopTimers();
      callbacks.clear();
    } finally {
      lock.unlock();
    }
    keeper.remove(watched);
    CompletableFuture<Boolean> freed = new Unlocking(keeper, holder, token, end).start();
    if (!held) {
      // The engine may still think that it is ours, if it was lost for want of an answer.
      return false;
    }
    try {
      return freed.get(keeper.answerTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Frees the lock, as {@link #unlock}. Does not throw, also when the engine is away. */
  @Override
  public void close() {
    unlock();
  }

  @Override
  public String toString() {
    return "lock " + name() + " token " + token + (isHeld() ? " held" : " not held");
  }

  /** One extension: whether the lock is held; fails if no answer came. */
  private CompletableFuture<Boolean> extend() {
    long sentAt = keeper.nanos();
    Duration lease;
    lock.lock();
    try {
      if (!stillHeld()) {
        return CompletableFuture.completedFuture(false);
      }
      lease = window.nextLease(sentAt);
    } finally {
      lock.unlock();
    }
    return keeper
        .locks()
        .extend(holder, token, lease, extendTimeout())
        .thenApply(reply -> extended(reply, sentAt, lease));
  }

  /**
   * At most the extension period, so that a silent connection leaves time for another; but a
   * connection is shared, and not given up for a hiccup.
   */
  private Duration extendTimeout() {
    Duration period = options.extendPeriod();
    Duration most = keeper.answerTimeout();
    Duration timeout = period.compareTo(most) < 0 ? period : most;
    return timeout.compareTo(SHORTEST_TIMEOUT) < 0 ? SHORTEST_TIMEOUT : timeout;
  }

  private boolean extended(ExtendReply reply, long sentAt, Duration lease) {
    lock.lock();
    try {
      if (!stillHeld()) {
        return false;
      }
      if (reply != ExtendReply.EXTENDED) {
        lose(
            reply == ExtendReply.TAKEN
                ? "another holder has it"
                : "its lease had ended in the engine, or the engine lost it");
        return false;
      }
      window.extended(sentAt, lease);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** On the timer. */
  private void extendDue() {
    lock.lock();
    try {
      if (!stillHeld() || window.isAtMaxHold()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    long began = keeper.nanos();
    var unused =
        extend()
            .whenComplete(
                (held, error) -> {
                  if (error != null) {
                    log.debug("lock {}: an extension failed and is tried again", name(), error);
                  }
                  long wait =
                      error != null
                          ? Math.min(LockKeeper.retryNanos(), options.extendPeriod().toNanos() / 2)
                          : options.extendPeriod().toNanos() - (keeper.nanos() - began);
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
    if (state != State.HELD) {
      return;
    }
    if (extension != null) {
      extension.cancel(false);
    }
    extensionDue = keeper.nanos() + nanos;
    extension = keeper.after(Math.max(0, nanos), this::extendDue);
  }

  /** Called with the lock held: looks again when the lock would be lost if nothing came. */
  private void watchDeadline() {
    if (state == State.HELD) {
      watch = keeper.after(Math.max(0, window.left(keeper.nanos())), this::deadlineDue);
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
    if (window.isOpen(keeper.nanos())) {
      return true;
    }
    lose(
        window.isAtMaxHold()
            ? "it was held for its maxHold of " + options.maxHold()
            : "no extension was answered in time, or this process was paused");
    return false;
  }

  /** Called with the lock held, in the state HELD. */
  private void lose(String why) {
    state = State.LOST;
    stopTimers();
    keeper.remove(watched);
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

  private final class Watching implements LockKeeper.Watched {
    @Override
    public void engineClosed() {
      lock.lock();
      try {
        if (state == State.HELD) {
          lose("the engine was closed");
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void timeMoved() {
      boolean due;
      lock.lock();
      try {
        due = stillHeld() && keeper.nanos() - extensionDue >= 0;
      } finally {
        lock.unlock();
      }
      if (due) {
        extendDue();
      }
    }
  }
}
