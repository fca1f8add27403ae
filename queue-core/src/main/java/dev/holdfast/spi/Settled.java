package dev.holdfast.spi;

/** What the engine made of an outcome. */
public enum Settled {
  /** Written now. */
  DONE,
  /** This very claim was settled before: the outcome stands as first written. */
  ALREADY,
  /**
   * Written as cancelled: somebody had asked for it, or it would have waited again and a newer job
   * has taken its keep-latest key.
   */
  CANCELLED,
  /** Refused: another claim holds the job. */
  TAKEN,
  /**
   * Refused: the job was reaped, and nobody holds it now; or its lease has ended, and the turn is
   * strict: it will be reaped.
   */
  UNCLAIMED,
  /** The job is no longer known: purged or past its retention. */
  GONE
}
