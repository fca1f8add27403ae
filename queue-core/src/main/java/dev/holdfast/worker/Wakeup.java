package dev.holdfast.worker;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A signal that one thread waits for and any thread gives. Signals are not counted: one wakes, more
 * change nothing. Whoever signals first changes the state it signals about; the waiter clears the
 * signal before it looks at that state, so no change is missed.
 */
final class Wakeup {
  /** Set by any thread, cleared by the waiter alone. */
  private volatile boolean raised;

  /** Written by the waiter alone. */
  private volatile @Nullable Thread waiter;

  void signal() {
    if (!raised) {
      raised = true;
      LockSupport.unpark(waiter);
    }
  }

  /**
   * Waits for a signal until a {@link System#nanoTime()}; returns at once if one came since the
   * last wait, or if the thread is interrupted (its flag stays set).
   */
  void awaitUntil(long deadline) {
    Thread self = Thread.currentThread();
    waiter = self;
    while (!raised && !self.isInterrupted()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      LockSupport.parkNanos(this, left);
    }
    raised = false;
  }
}
