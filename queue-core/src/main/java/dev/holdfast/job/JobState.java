package dev.holdfast.job;

/**
 * Where a job stands in its life. {@code docs/lifecycle.md} draws the arrows between the states.
 */
public enum JobState {
  /** Waits for an instant: a delay, a retry's backoff or a snooze. */
  SCHEDULED(Phase.QUEUED),
  /** Waits in a lane for a worker with a free slot. */
  READY(Phase.QUEUED),
  /** Waits for a limit to allow it. */
  PARKED(Phase.QUEUED),
  /** A run that is suspended: it waits for an instant, an event or another job. */
  WAITING(Phase.QUEUED),
  /** A worker holds it. */
  ACTIVE(Phase.RUNNING),
  /** Its handler returned and the outcome was accepted. */
  SUCCEEDED(Phase.SUCCEEDED),
  /** A dead letter: it will not be attempted again unless it is redriven. */
  DEAD(Phase.FAILED),
  /** Ended on request, before or while it ran, or discarded by its handler. */
  CANCELLED(Phase.FAILED);

  /** The four words a user interface needs. */
  public enum Phase {
    /** It will run. */
    QUEUED,
    /** It runs now. */
    RUNNING,
    /** It is done. */
    SUCCEEDED,
    /** It is dead or cancelled. */
    FAILED
  }

  private final Phase phase;

  JobState(Phase phase) {
    this.phase = phase;
  }

  /** The word for a user interface. */
  public Phase phase() {
    return phase;
  }

  /** Whether the job has ended: succeeded, dead or cancelled. */
  public boolean isFinal() {
    return phase == Phase.SUCCEEDED || phase == Phase.FAILED;
  }
}
