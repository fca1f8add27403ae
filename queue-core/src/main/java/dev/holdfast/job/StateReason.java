package dev.holdfast.job;

/** Why a job is in the state it is in. */
public enum StateReason {
  /** Enqueued and not attempted yet. */
  ENQUEUED,
  /** Waits for the attempt after a failure. */
  RETRY,
  /** Waits for the attempt after a timeout. */
  TIMEOUT,
  /** Its handler asked to be called later. */
  SNOOZED,
  /** A run that waits: for an instant, an event or another job. */
  SUSPENDED,
  /** Handed back by a worker that drained. */
  RELEASED,
  /** Its lease ended without an outcome, and it was taken back. */
  REAPED,
  /** A worker without a handler for its type or envelope version claimed it. */
  MISSED,
  /** A redriven dead letter. */
  REDRIVEN,
  /** Held by a worker. */
  CLAIMED,
  /** Its handler returned. */
  COMPLETED,
  /** Dead: it failed as often as its retry policy allows. */
  EXHAUSTED,
  /** Dead: three leases in a row ended without an outcome; it seems to kill its workers. */
  POISON,
  /** Dead: for 24 hours no worker that claimed it had a handler for its type. */
  UNKNOWN_TYPE,
  /** Dead: its header, envelope or payload cannot be read; the raw bytes are kept. */
  MALFORMED,
  /** Dead: its body is gone from the store. */
  MISSING,
  /** Dead: its handler threw what no retry mends. */
  NON_RETRIABLE,
  /** Dead: its handler asked for it. */
  BURIED,
  /** Cancelled by its handler: nothing left to do. */
  DISCARDED,
  /** Cancelled on request. */
  CANCELLED_ON_REQUEST,
  /**
   * Cancelled instead of attempted again: a newer job holds its keep-latest key, or had held it.
   */
  SUPERSEDED
}
