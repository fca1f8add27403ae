package dev.holdfast.testkit;

import dev.holdfast.job.JobId;
import dev.holdfast.testkit.StepPoint.Moment;
import java.util.ArrayList;
import java.util.List;

/** The deaths that a test has ordered and that did not happen yet. Safe for use by many threads. */
final class Crashes {
  /** In the order they were ordered; guarded by itself. */
  private final List<Crash> ordered = new ArrayList<>();

  Crash order(Object after) {
    Crash crash = new Crash(after);
    synchronized (ordered) {
      ordered.add(crash);
    }
    return crash;
  }

  boolean isOrdered(Object after) {
    synchronized (ordered) {
      return ordered.stream().anyMatch(crash -> crash.after().equals(after));
    }
  }

  /** Whether one is to happen when the outcome of a step is recorded. */
  boolean awaitsOutcomes() {
    synchronized (ordered) {
      return ordered.stream()
          .anyMatch(
              crash ->
                  crash.after() instanceof StepPoint point && point.moment() == Moment.OUTCOME);
    }
  }

  /** Whether a worker that has reached a point is to die there; each order kills one. */
  boolean strikes(Object after, String worker, JobId job) {
    synchronized (ordered) {
      for (Crash crash : ordered) {
        if (crash.after().equals(after)) {
          ordered.remove(crash);
          crash.happen(worker, job);
          return true;
        }
      }
      return false;
    }
  }

  /** What did not happen; it will not any more. */
  List<Crash> forgetUnreached() {
    synchronized (ordered) {
      List<Crash> unreached = List.copyOf(ordered);
      ordered.clear();
      return unreached;
    }
  }
}
