package dev.holdfast.lock;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks.LockReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One try to take a lock: asks for it, again and again while there is time, always with the same
 * owner. So a request whose answer was lost is made good by the next, and what is left of it at the
 * end is undone. For one thread; how long it waits is real time, whatever the engine's clock.
 */
final class Taking implements LockKeeper.Watched {
  private static final long SHORTEST_POLL_MS = 50;
  private static final long LONGEST_POLL_MS = 500;

  private final LockKeeper keeper;
  private final LockHolder holder;
  private final LockOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Whether to ask again at once. Guarded by lock. */
  private boolean woken;

  /** Whether a request may have arrived and taken the lock. */
  private boolean mayBeTaken;

  Taking(LockKeeper keeper, String name, LockOptions options) {
    this.keeper = keeper;
    this.holder = new LockHolder(name, keeper.newOwner());
    this.options = options;
  }

  /** The lock, or empty if another had it for so long. */
  Optional<HeldLock> within(Duration wait) throws InterruptedException {
    // Known to the keeper before anything is sent, so that closing the engine ends the wait.
    keeper.add(this, holder.name());
    HeldLock held = null;
    try {
      held = take(wait);
    } finally {
      keeper.remove(this);
      if (held == null && mayBeTaken) {
        long end = keeper.nanos() + options.lease().toNanos();
        var unused = new Unlocking(keeper, holder, null, end).start();
      }
    }
    return Optional.ofNullable(held);
  }

  private @Nullable HeldLock take(Duration wait) throws InterruptedException {
    long start = System.nanoTime();
    long waitNanos = wait.toNanos();
    long answerNanos = Math.max(waitNanos, keeper.answerTimeout().toNanos());
    // Whether an earlier request may still be on its way, whatever the later ones are told.
    boolean unsure = false;
    while (true) {
      long sentAt = keeper.nanos();
      long pause;
      try {
        LockReply reply = ask(answerNanos - (System.nanoTime() - start));
        if (reply instanceof LockReply.Locked locked) {
          HeldLock held = HeldLock.begin(keeper, holder, options, locked.token(), sentAt);
          if (held != null) {
            return held;
          }
          // The answer took as long as the lease. The same owner may ask again.
          failIfLate(start, answerNanos, null);
          pause = 0;
        } else {
          mayBeTaken = unsure;
          long left = waitNanos - (System.nanoTime() - start);
          if (left <= 0) {
            return null;
          }
          Duration untilFree = ((LockReply.Held) reply).left();
          pause = Math.min(left, pollNanos(untilFree));
        }
      } catch (ExecutionException e) {
        Throwable cause = LockErrors.unwrap(e);
        if (!(cause instanceof EngineUnavailableException)) {
          mayBeTaken = unsure || !(cause instanceof LockException);
          throw LockErrors.of("taking", holder.name(), cause);
        }
        unsure = true;
        failIfLate(start, answerNanos, cause);
        pause = LockKeeper.retryNanos();
      }
      pause(pause);
    }
  }

  private LockReply ask(long timeoutNanos) throws InterruptedException, ExecutionException {
    long most = keeper.answerTimeout().toMillis();
    long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos);
    Duration timeout = Duration.ofMillis(Math.max(1, Math.min(most, millis)));
    mayBeTaken = true;
    return keeper.locks().lock(holder, options.lease(), timeout).get();
  }

  private void failIfLate(long start, long answerNanos, @Nullable Throwable error) {
    if (!keeper.isClosed() && System.nanoTime() - start < answerNanos) {
      return;
    }
    throw error == null
        ? new EngineUnavailableException(
            "taking lock " + holder.name() + " was answered only after the lease had ended")
        : LockErrors.of("taking", holder.name(), error);
  }

  private static long pollNanos(Duration untilFree) {
    long poll = ThreadLocalRandom.current().nextLong(SHORTEST_POLL_MS, LONGEST_POLL_MS + 1);
    return TimeUnit.MILLISECONDS.toNanos(Math.min(poll, Math.max(1, untilFree.toMillis())));
  }

  /** Waits so long, or until the engine is closed or its clock was moved. */
  private void pause(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (left > 0 && !woken && !keeper.isClosed()) {
        left = changed.awaitNanos(left);
      }
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void engineClosed() {
    wake();
  }

  @Override
  public void timeMoved() {
    wake();
  }
}
