package dev.holdfast.schedule;

/**
 * What becomes of a wall time that does not exist, because clocks were put forward over it: 02:30
 * in Berlin on the last Sunday of March.
 */
public enum DstGap {
  /** {@link #SHIFT} for a fixed pattern, {@link #SKIP} for a running one. The default. */
  BY_PATTERN,
  /**
   * Fires once, at the first instant after the gap, for however many wall times in it: 03:00. A
   * tick that the pattern has at that instant anyway is the same tick.
   */
  SHIFT,
  /** Fires no tick for it. */
  SKIP
}
