package dev.holdfast.testkit;

import java.util.Locale;

/**
 * Where a worker can be made to die in a run, by the key of a step.
 *
 * @param step the step's key
 * @param moment when
 */
record StepPoint(String step, Moment moment) {
  /** A moment in the life of a step. */
  enum Moment {
    /** Nothing of the step has happened. */
    BEGINNING,
    /** Its code has run, and its outcome is not recorded. */
    CODE,
    /** Its outcome is recorded. */
    OUTCOME
  }

  @Override
  public String toString() {
    return "the " + moment.name().toLowerCase(Locale.ROOT) + " of step " + step;
  }
}
