package dev.holdfast;

/** What became of a request to cancel a job. */
public enum CancelResult {
  /** It was waiting and has ended as cancelled. */
  CANCELLED,
  /**
   * It runs. Its worker was asked to end it: the handler sees {@code JobContext.cancelled()} and is
   * interrupted; unless it still succeeds, the job ends as cancelled.
   */
  REQUESTED,
  /** It had succeeded, died or been cancelled before; nothing was changed. */
  ALREADY_ENDED,
  /** It is not known: never enqueued, purged or past its retention. */
  NOT_FOUND
}
