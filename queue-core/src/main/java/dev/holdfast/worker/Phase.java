package dev.holdfast.worker;

/** Where a claim stands in this process. */
enum Phase {
  /** Its thread has not begun. */
  CLAIMED,
  /** Waits for its handler's own concurrency, or for the other jobs of a batch. */
  WAITING,
  /** The handler is being called. */
  RUNNING,
  /** The handler has ended; its thread writes notes and decides. */
  ENDED,
  /** The verdict is given; the slot is free. */
  SETTLED
}
