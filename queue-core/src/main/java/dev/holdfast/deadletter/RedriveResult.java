package dev.holdfast.deadletter;

/** What became of a request to redrive a dead letter. */
public enum RedriveResult {
  /** It is back in its lane. */
  REDRIVEN,
  /** The job waits, runs or has ended otherwise; nothing was changed. */
  NOT_DEAD,
  /** Another job holds its unique key, until that has finished; nothing was changed. */
  UNIQUE_KEY_TAKEN,
  /** Its body is gone, so that there is nothing to run; nothing was changed. */
  BODY_MISSING,
  /** It is not known: never enqueued, purged or past its retention. */
  NOT_FOUND
}
