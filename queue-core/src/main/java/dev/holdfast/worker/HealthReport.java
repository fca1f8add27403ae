package dev.holdfast.worker;

import dev.holdfast.worker.WorkerHealth.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says how a worker is, from what its actors left to be read. */
final class HealthReport {
  /** A loop may be this late over its longest wait: a command's time-out, and some. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private HealthReport() {}

  static WorkerHealth of(
      boolean closing,
      List<Loop> loops,
      List<ServedQueue> queues,
      int stuck,
      WorkerOptions options) {
    List<String> reasons = new ArrayList<>();
    Map<String, Duration> sinceLastTurn = new LinkedHashMap<>();
    long now = System.nanoTime();
    int running = 0;
    int consumers = 0;
    int troubled = 0;
    for (ServedQueue queue : queues) {
      long latest = Long.MAX_VALUE;
      for (Consumer consumer : queue.consumers()) {
        consumers++;
        String trouble = consumer.trouble();
        if (trouble != null) {
          troubled++;
          if (!reasons.contains(trouble)) {
            reasons.add(trouble);
          }
        }
        latest = Math.min(latest, now - consumer.answeredAt());
        for (ActiveJob job : consumer.heldJobs()) {
          running += job.phase() == Phase.RUNNING ? 1 : 0;
        }
      }
      sinceLastTurn.put(queue.ref().name(), Duration.ofNanos(Math.max(0, latest)));
    }
    if (closing) {
      reasons.add("the worker is closed or drains");
    } else {
      loops(loops, options, reasons);
    }
    if (stuck > 0) {
      reasons.add(
          stuck
              + " handler threads run on after their attempt was given up; a thread dump shows"
              + " them");
    }
    Status status = reasons.isEmpty() ? Status.UP : Status.DEGRADED;
    if (closing || troubled == consumers) {
      status = Status.DOWN;
    }
    return new WorkerHealth(status, reasons, sinceLastTurn, running, stuck);
  }

  private static void loops(List<Loop> loops, WorkerOptions options, List<String> reasons) {
    Duration longestWait = options.blockTime();
    for (Duration wait : List.of(options.extendPeriod(), options.reapPeriod())) {
      longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
    }
    Duration most = longestWait.multipliedBy(2).plus(SLACK);
    for (Loop loop : loops) {
      Duration since = loop.sinceLastRound();
      if (!loop.alive()) {
        reasons.add(loop.name() + " has ended");
      } else if (since.compareTo(most) > 0) {
        reasons.add(loop.name() + " has not moved for " + AttemptLines.show(since));
      }
    }
  }
}
