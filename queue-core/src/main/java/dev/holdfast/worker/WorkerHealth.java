package dev.holdfast.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a worker is, for a health endpoint.
 *
 * @param status up, degraded (a queue or loop has trouble, others work) or down (nothing can be
 *     claimed)
 * @param reasons what is wrong, one sentence each; empty when up
 * @param sinceLastTurn per queue, how long ago a turn was answered last
 * @param running attempts that run now
 * @param stuckThreads threads that run on after their attempt was given up
 */
public record WorkerHealth(
    Status status,
    List<String> reasons,
    Map<String, Duration> sinceLastTurn,
    int running,
    int stuckThreads) {
  /** The verdict. */
  public enum Status {
    /** All is well. */
    UP,
    /** Some of it works. */
    DEGRADED,
    /** Nothing can be claimed. */
    DOWN
  }

  /** Copies the collections. */
  public WorkerHealth {
    reasons = List.copyOf(reasons);
    sinceLastTurn = Map.copyOf(sinceLastTurn);
  }
}
