package dev.holdfast.flow;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread of a step once its time has passed, never after the step has ended. One for
 * each attempt of a step that has a timeout.
 */
final class StepTimer implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread = Thread.currentThread();
  private final @Nullable CompletableFuture<Void> timer;
  // Guarded by lock.
  private boolean ended;
  private boolean fired;

  /** Begins to count for this thread; without a timeout it never fires. */
  StepTimer(@Nullable Duration timeout) {
    if (timeout == null) {
      timer = null;
      return;
    }
    CompletableFuture<Void> counting = new CompletableFuture<>();
    timer = counting;
    CompletableFuture<Void> unused = counting.thenRun(this::fire);
    counting.completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void fire() {
    lock.lock();
    try {
      if (!ended) {
        fired = true;
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The step has ended: no interrupt comes any more. Whether it was interrupted. */
  boolean end() {
    lock.lock();
    try {
      if (!ended) {
        ended = true;
        if (fired) {
          // Meant for the step alone; who else interrupted it left a mark with the attempt.
          Thread.interrupted();
        }
      }
      return fired;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    end();
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
