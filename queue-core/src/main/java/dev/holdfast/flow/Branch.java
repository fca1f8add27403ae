package dev.holdfast.flow;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * One branch of a run, from its beginning until it is done, has failed or waits.
 *
 * @param <T> what it returns
 */
final class Branch<T> implements StepFuture<T>, Runnable {
  /** How far it is. */
  enum State {
    RUNNING,
    DONE,
    FAILED,
    WAITING
  }

  private final RunBranches all;
  private final String name;
  private final RunSteps steps;
  private final Callable<@Nullable T> code;
  private final @Nullable Map<String, String> mdc = MDC.getCopyOfContextMap();

  // Guarded by the lock of all.
  private State state = State.RUNNING;
  private @Nullable Thread thread;
  private boolean interrupted;
  private boolean asked;
  private @Nullable T value;
  private @Nullable Throwable thrown;
  private int place;

  Branch(RunBranches all, String name, RunSteps steps, Callable<@Nullable T> code) {
    this.all = all;
    this.name = name;
    this.steps = steps;
    this.code = code;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public @Nullable T get() {
    all.awaitEnd(this);
    all.lock.lock();
    try {
      asked = true;
      if (state == State.FAILED) {
        throw RunBranches.<RuntimeException>thrownOn(thrown);
      } else if (state == State.WAITING) {
        throw all.suspended(this);
      }
      return value;
    } finally {
      all.lock.unlock();
    }
  }

  /** Runs on the thread that began it: its only step has an outcome. */
  void replay() {
    T result = null;
    Throwable failed = null;
    try {
      result = code.call();
    } catch (Throwable t) {
      failed = t;
    }
    end(result, failed);
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    Map<String, String> before = MDC.getCopyOfContextMap();
    if (mdc != null) {
      MDC.setContextMap(mdc);
    }
    T result = null;
    Throwable failed = null;
    try {
      result = code.call();
    } catch (Throwable t) {
      failed = t;
    } finally {
      if (before == null) {
        MDC.clear();
      } else {
        MDC.setContextMap(before);
      }
    }
    end(result, failed);
  }

  private boolean begin() {
    all.lock.lock();
    try {
      if (state != State.RUNNING) {
        return false;
      }
      thread = Thread.currentThread();
      if (interrupted) {
        thread.interrupt();
      }
      return true;
    } finally {
      all.lock.unlock();
    }
  }

  private void end(@Nullable T result, @Nullable Throwable failed) {
    all.lock.lock();
    try {
      if (thread != null) {
        thread = null;
        // The thread may be pooled.
        Thread.interrupted();
      }
      if (state != State.RUNNING) {
        return;
      }
      if (steps.suspended() != null || failed instanceof RunSuspended) {
        // Caught or not.
        state = State.WAITING;
      } else if (failed != null) {
        state = State.FAILED;
        thrown = failed;
      } else {
        state = State.DONE;
        value = result;
      }
      place = all.ended();
    } finally {
      all.lock.unlock();
    }
  }

  /** No thread can be had for it. */
  void refused(Throwable why) {
    end(null, new IllegalStateException("no thread for branch " + name, why));
  }

  // ---- for all of them, under their lock --------------------------------------------------------

  State state() {
    return state;
  }

  /** Which of all it was to end, from 1; 0 while it runs. */
  int place() {
    return place;
  }

  boolean asked() {
    return asked;
  }

  @Nullable Throwable thrown() {
    return thrown;
  }

  @Nullable RunSuspended suspension() {
    return steps.suspended();
  }

  void interrupt() {
    interrupted = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
