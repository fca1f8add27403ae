package dev.holdfast.testkit;

/** Where a worker can be made to die, by {@link TestWorkers#crashAfter(CrashPoint)}. */
public enum CrashPoint {
  /** It has claimed a job, and its handler is not called. */
  CLAIM,
  /** A run has written into its journal, and does not get to know; it ends there. */
  APPEND,
  /** The handler has ended, and its outcome does not reach the engine. */
  HANDLER,
  /** The engine has written the outcome, and the worker does not get to know. */
  ACK
}
