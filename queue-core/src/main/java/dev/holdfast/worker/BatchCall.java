package dev.holdfast.worker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the jobs of one call of a batch handler share: its permit, the outcomes it gives to single
 * ones, and what happens to its thread, which is interrupted once by each cause and left behind
 * once, not once a job. Used by many threads.
 */
final class BatchCall {
  private final @Nullable Semaphore gate;
  private final AtomicBoolean hasPermit = new AtomicBoolean();
  private final AtomicBoolean timedOut = new AtomicBoolean();
  private final AtomicBoolean drained = new AtomicBoolean();
  private final AtomicBoolean leftBehind = new AtomicBoolean();

  /** How jobs of it ended that were given an outcome of their own. */
  private final Map<ActiveJob, OutcomeRules.Ending> ownEndings = new ConcurrentHashMap<>();

  /**
   * Creates a call that has not begun.
   *
   * @param gate one permit for each call that may run at once; null without a bound
   */
  BatchCall(@Nullable Semaphore gate) {
    this.gate = gate;
  }

  /** Waits until the call may be made; the permit is given back at its end. */
  void passGate() throws InterruptedException {
    if (gate != null) {
      gate.acquire();
      hasPermit.set(true);
    }
  }

  /** Gives a job an outcome of its own; false if it has one or does not run. */
  boolean endAlone(ActiveJob job, OutcomeRules.Ending ending) {
    return job.phase() == Phase.RUNNING && ownEndings.putIfAbsent(job, ending) == null;
  }

  /** The outcome that a job was given for itself, or null. */
  OutcomeRules.@Nullable Ending ownEnding(ActiveJob job) {
    return ownEndings.get(job);
  }

  boolean timedOut() {
    return timedOut.get();
  }

  boolean drained() {
    return drained.get();
  }

  /** Its timeout has passed; true the first time. */
  boolean timeOut() {
    return timedOut.compareAndSet(false, true);
  }

  /** Its worker drains and does not wait for it any longer; true the first time. */
  boolean drain() {
    return drained.compareAndSet(false, true);
  }

  /** It was given up while its thread runs on; true the first time. */
  boolean leaveBehind() {
    returnPermit();
    return leftBehind.compareAndSet(false, true);
  }

  /** Its thread has ended it, and nobody interrupts it any more; true if it had been given up. */
  boolean end() {
    returnPermit();
    return leftBehind.get();
  }

  private void returnPermit() {
    if (gate != null && hasPermit.compareAndSet(true, false)) {
      gate.release();
    }
  }
}
