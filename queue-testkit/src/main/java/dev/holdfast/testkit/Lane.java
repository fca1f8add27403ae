package dev.holdfast.testkit;

import dev.holdfast.job.Priority;

/** Which ready list a job waits in: that of its priority, or the one for suspects. */
enum Lane {
  HIGH,
  NORMAL,
  LOW,
  /**
   * Jobs from their second crash on, so that one that kills its worker takes no neighbour along.
   */
  SUSPECT;

  static Lane of(Priority priority) {
    return switch (priority) {
      case HIGH -> HIGH;
      case NORMAL -> NORMAL;
      case LOW -> LOW;
    };
  }
}
