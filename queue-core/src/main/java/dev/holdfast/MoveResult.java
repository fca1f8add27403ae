package dev.holdfast;

/** What became of a request to change when, or in which lane, a waiting job runs. */
public enum MoveResult {
  /** It is done. */
  MOVED,
  /** There is nothing to change: it is ready already, or what is stored of it cannot be read. */
  UNCHANGED,
  /** It runs. Should it return to its queue, it returns to the new lane. Of a priority only. */
  ON_RETURN,
  /** It runs; nothing was changed. */
  ACTIVE,
  /** It had succeeded, died or been cancelled before; nothing was changed. */
  ALREADY_ENDED,
  /** It is not known: never enqueued, purged or past its retention. */
  NOT_FOUND
}
