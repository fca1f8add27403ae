package dev.holdfast.job;

/**
 * Which of a queue's lanes a job waits in. Within a lane jobs are claimed in the order they became
 * ready; a higher lane is claimed first, but every fourth turn of a worker starts at normal and
 * every sixteenth at low, so that no lane starves.
 */
public enum Priority {
  /** Claimed before the others. */
  HIGH,
  /** The default. */
  NORMAL,
  /** Claimed when the others are empty, or when its turn comes. */
  LOW
}
