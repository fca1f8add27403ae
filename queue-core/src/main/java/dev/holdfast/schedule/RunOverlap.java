package dev.holdfast.schedule;

/**
 * What becomes of a tick while the job of an earlier tick of the same schedule has not ended: it
 * waits, runs, or waits for its next attempt. A dead letter has ended.
 */
public enum RunOverlap {
  /** The tick is skipped; the schedule counts it and tells the last one. The default. */
  SKIP,
  /**
   * One tick waits, and is fired at most a second after the job has ended; further ones are skipped
   * meanwhile.
   */
  QUEUE_ONE,
  /** The tick is fired; several jobs may run at once. */
  ALLOW,
  /**
   * The job of the earlier tick is asked to end, as by {@code Holdfast.cancel}, and the tick is
   * fired at once. Its job may run beside the earlier one until that has heard of it.
   */
  CANCEL_RUNNING
}
