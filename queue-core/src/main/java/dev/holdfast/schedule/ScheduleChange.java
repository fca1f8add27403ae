package dev.holdfast.schedule;

/** What putting a schedule changed. */
public enum ScheduleChange {
  /** There was none of that name. */
  ADDED,
  /** There was one, and it was another. */
  CHANGED,
  /** It was there, the same. */
  UNCHANGED
}
