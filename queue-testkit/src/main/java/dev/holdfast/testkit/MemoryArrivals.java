package dev.holdfast.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The jobs for now of one enqueue. Those it has put into lanes count as places taken, so that of a
 * long list only as many are in the lanes as may run.
 */
final class MemoryArrivals {
  private final MemoryQueue queue;
  private final Map<String, Integer> inLanes = new HashMap<>();

  MemoryArrivals(MemoryQueue queue) {
    this.queue = queue;
  }

  /** Puts a new job into its lane, or parks it; returns whether it is in its lane. */
  boolean place(MemoryJob job) {
    List<MemoryScope> scopes = queue.limits.scopesOf(job);
    for (MemoryScope scope : scopes) {
      if (!scope.welcomes(inLanes.getOrDefault(scope.name(), 0), queue.nowMicros)) {
        queue.limits.enter(job, scope, false);
        return false;
      }
      scope.takeTurn(job);
    }
    scopes.forEach(scope -> inLanes.merge(scope.name(), 1, Integer::sum));
    queue.toTail(job);
    return true;
  }
}
