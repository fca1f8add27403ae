package dev.holdfast.spi;

/** What the engine made of an extension. */
public enum LeaseReply {
  /** The lease is longer now. */
  EXTENDED,
  /** The lease is longer now, and somebody asked that the job ends. */
  CANCEL_REQUESTED,
  /** Refused: another claim holds the job. */
  TAKEN,
  /** Refused: reaped or settled; this claim does not hold the job. */
  UNCLAIMED,
  /** The job is no longer known. */
  GONE
}
