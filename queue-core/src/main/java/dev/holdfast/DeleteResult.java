package dev.holdfast;

/** What became of a request to delete a job. */
public enum DeleteResult {
  /** Every trace of it is gone. */
  DELETED,
  /** It runs, and nothing was changed: cancel it, and delete it once it has ended. */
  ACTIVE,
  /** It is not known: never enqueued, deleted or past its retention. */
  NOT_FOUND
}
