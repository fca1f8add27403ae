package dev.holdfast.schedule;

/**
 * What becomes of a wall time that comes twice, because clocks were put back over it: 02:30 in
 * Berlin on the last Sunday of October.
 */
public enum DstOverlap {
  /** {@link #FIRST} for a fixed pattern, {@link #BOTH} for a running one. The default. */
  BY_PATTERN,
  /** Fires at its first occurrence only. */
  FIRST,
  /** Fires at its last occurrence only. */
  LAST,
  /** Fires at both. */
  BOTH
}
