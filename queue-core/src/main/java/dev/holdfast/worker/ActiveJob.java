package dev.holdfast.worker;

import dev.holdfast.job.JobId;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One claim in this process, from the turn that brought it until the engine has answered its
 * outcome. Exactly one verdict is given to it, by whoever is first: its handler's thread, the
 * timeout watch, or the drain.
 *
 * <p>Interrupts are sent under the lock, and only while the thread works for this job: on a pool,
 * an interrupt that came late would hit the next job.
 */
final class ActiveJob {
  private final Claim claim;
  private final Consumer consumer;
  private final ReentrantLock lock = new ReentrantLock();

  /** Made when it is first asked for; two threads may both make it, and either will do. */
  private @Nullable JobId id;

  /** Written under the lock, read by any thread. */
  private volatile Phase phase = Phase.CLAIMED;

  /** Guarded by the lock: the thread to interrupt, set while WAITING or RUNNING. */
  private @Nullable Thread thread;

  /** Guarded by the lock: whether a permit of the handler's gate is to be given back. */
  private boolean hasPermit;

  /** Written under the lock before or when the verdict is given, read after it. */
  private long tookNanos;

  // Written once each, by any thread, read by any thread; the flags under the lock.
  private volatile boolean cancelRequested;
  private volatile boolean leaseLost;
  private volatile boolean drained;
  private volatile boolean timedOut;
  private volatile boolean lossCounted;

  /** When the call was sent whose answer was the latest lease: a nanoTime. By the lease keeper. */
  private volatile long extendedAt;

  // By the handler's thread before RUNNING.
  private volatile @Nullable RegisteredHandler handler;
  private volatile long startedAt;
  private volatile long deadline;
  // The call it shares with other jobs; null if it is alone.
  private volatile @Nullable BatchCall sharedCall;

  /** Written once, under the lock. */
  private volatile @Nullable Verdict verdict;

  ActiveJob(Claim claim, Consumer consumer, long claimedAt) {
    this.claim = claim;
    this.consumer = consumer;
    this.extendedAt = claimedAt;
    this.cancelRequested = claim.cancelRequested();
  }

  Claim claim() {
    return claim;
  }

  Held held() {
    return claim.held();
  }

  Consumer consumer() {
    return consumer;
  }

  JobId id() {
    JobId known = id;
    if (known == null) {
      known = consumer.queue().ref().id(claim.held().key());
      id = known;
    }
    return known;
  }

  Phase phase() {
    return phase;
  }

  @Nullable RegisteredHandler handler() {
    return handler;
  }

  void handledBy(RegisteredHandler found) {
    handler = found;
  }

  /** A nanoTime; 0 if the handler was not called. */
  long startedAt() {
    return startedAt;
  }

  /** When the timeout passes: a nanoTime, once RUNNING. */
  long deadline() {
    return deadline;
  }

  long tookNanos() {
    return tookNanos;
  }

  /** The verdict; only to be asked for once it is given. */
  Verdict verdict() {
    Verdict given = verdict;
    if (given == null) {
      throw new IllegalStateException("job " + id() + " has no verdict yet");
    }
    return given;
  }

  boolean cancelRequested() {
    return cancelRequested;
  }

  boolean leaseLost() {
    return leaseLost;
  }

  boolean drained() {
    BatchCall call = sharedCall;
    return drained || (call != null && call.drained());
  }

  boolean timedOut() {
    BatchCall call = sharedCall;
    return timedOut || (call != null && call.timedOut());
  }

  @Nullable BatchCall sharedCall() {
    return sharedCall;
  }

  /** How long ago the latest lease began, at the least. */
  long leaseAgeNanos() {
    return System.nanoTime() - extendedAt;
  }

  void extended(long sentAt) {
    extendedAt = sentAt;
  }

  /** True once: for whoever counts that this claim was lost. */
  boolean countLoss() {
    lock.lock();
    try {
      boolean first = !lossCounted;
      lossCounted = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  // ---- its thread -------------------------------------------------------------------------------

  /**
   * Begins to wait for the handler's gate or for the other jobs of a batch; false if the job is to
   * be handed back instead.
   *
   * @param caller the thread that will call the handler
   */
  boolean startWaiting(Thread caller) {
    return enter(Phase.WAITING, caller);
  }

  /** No interrupt comes for it any more until it runs. */
  void stopWaiting() {
    lock.lock();
    try {
      thread = null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is to be handed back instead of run. */
  boolean isUnwanted() {
    return phase == Phase.SETTLED || drained || leaseLost || (cancelRequested && !hearsCancel());
  }

  /**
   * Whether it is run although its end was asked for: a run, so that it can undo what it has done,
   * and what was claimed to be told.
   */
  private boolean hearsCancel() {
    RegisteredHandler found = handler;
    return claim.cancelRequested()
        || (found != null && found.code() instanceof RegisteredHandler.Flow);
  }

  /** Notes that a permit was taken; it is given back with the verdict. */
  void gotPermit() {
    lock.lock();
    try {
      if (phase == Phase.SETTLED) {
        releasePermit(true);
      } else {
        hasPermit = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #startRunning(long, long)}, in a call that it shares. */
  boolean startRunning(BatchCall call, long now, long timeoutNanos) {
    sharedCall = call;
    return startRunning(now, timeoutNanos);
  }

  /** Begins to run now, a nanoTime; false if the job is to be handed back instead. */
  boolean startRunning(long now, long timeoutNanos) {
    startedAt = now == 0 ? 1 : now;
    deadline = now + timeoutNanos;
    if (enter(Phase.RUNNING, Thread.currentThread())) {
      return true;
    }
    startedAt = 0;
    return false;
  }

  private boolean enter(Phase next, Thread worksFor) {
    lock.lock();
    try {
      if (isUnwanted()) {
        thread = null;
        return false;
      }
      phase = next;
      thread = worksFor;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The handler has ended: no interrupt comes any more. False if it had been given up. */
  boolean handlerEnded() {
    lock.lock();
    try {
      thread = null;
      if (phase == Phase.SETTLED) {
        return false;
      }
      phase = Phase.ENDED;
      tookNanos = System.nanoTime() - startedAt;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the verdict; false if one was given before. */
  boolean settle(Verdict given) {
    lock.lock();
    try {
      if (phase == Phase.SETTLED) {
        return false;
      }
      settleLocked(given);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the verdict over a handler that does not end; false if it has ended or was given up.
   *
   * @param stuck raised if a thread is left behind, which lowers it when it ends at last
   */
  boolean giveUp(Verdict given, AtomicInteger stuck) {
    lock.lock();
    try {
      if (phase == Phase.SETTLED || phase == Phase.ENDED) {
        return false;
      }
      if (phase == Phase.RUNNING) {
        BatchCall call = sharedCall;
        if (call == null || call.leaveBehind()) {
          stuck.incrementAndGet();
        }
        tookNanos = System.nanoTime() - startedAt;
      }
      settleLocked(given);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void settleLocked(Verdict given) {
    verdict = given;
    phase = Phase.SETTLED;
    thread = null;
    releasePermit(hasPermit);
    hasPermit = false;
  }

  private void releasePermit(boolean has) {
    RegisteredHandler found = handler;
    if (has && found != null && found.gate() != null) {
      found.gate().release();
    }
  }

  // ---- other threads ----------------------------------------------------------------------------

  /** Somebody asked that the job ends: its handler is interrupted once, if it is alone there. */
  void cancel() {
    lock.lock();
    try {
      if (!cancelRequested) {
        cancelRequested = true;
        interruptForItself();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The engine said that the claim no longer stands; true if that is news to a running job. */
  boolean loseLease() {
    lock.lock();
    try {
      if (leaseLost || phase == Phase.ENDED || phase == Phase.SETTLED) {
        return false;
      }
      leaseLost = true;
      interruptForItself();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The timeout has passed: true if the handler still ran and was interrupted now. */
  boolean timeOut() {
    lock.lock();
    try {
      BatchCall call = sharedCall;
      if (phase != Phase.RUNNING || (call == null ? timedOut : !call.timeOut())) {
        return false;
      }
      timedOut = true;
      interruptLocked();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The worker drains: what has not begun is handed back; what runs is interrupted if asked.
   *
   * @param running whether to interrupt a handler that runs
   */
  void drain(boolean running) {
    lock.lock();
    try {
      BatchCall call = sharedCall;
      if (phase == Phase.RUNNING && call != null) {
        if (running && call.drain()) {
          interruptLocked();
        }
      } else if (phase == Phase.CLAIMED
          || phase == Phase.WAITING
          || (running && phase == Phase.RUNNING)) {
        drained = true;
        interruptLocked();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Where the handler's thread is now; empty if none works for this job. */
  StackTraceElement[] stack() {
    lock.lock();
    try {
      return thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    } finally {
      lock.unlock();
    }
  }

  /** What concerns this job alone must not interrupt the others of its batch. */
  private void interruptForItself() {
    if (phase != Phase.RUNNING || sharedCall == null) {
      interruptLocked();
    }
  }

  private void interruptLocked() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
