package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.JobRequest;
import dev.holdfast.job.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Puts jobs into queues and sees that they leave them. */
final class Backlog {
  /** Long enough for a machine of one slow core; a run that takes longer has hung. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final int LIST = 1_000;
  private static final long LOOK = 200_000;

  private Backlog() {}

  /** Enqueues the numbers 0 to jobs - 1 in lists. */
  static void fill(Holdfast holdfast, int jobs) {
    fill(holdfast, 0, jobs, number -> EnqueueOptions.defaults());
  }

  /** Enqueues the numbers 0 to jobs - 1 in lists, each with options of its own. */
  static void fill(Holdfast holdfast, int jobs, IntFunction<EnqueueOptions> optionsOf) {
    fill(holdfast, 0, jobs, optionsOf);
  }

  /** Enqueues the numbers from the first to the end, without it, in lists. */
  static void fill(Holdfast holdfast, int first, int end, IntFunction<EnqueueOptions> optionsOf) {
    for (int from = first; from < end; from += LIST) {
      int to = Math.min(end, from + LIST);
      List<JobRequest> requests = new ArrayList<>(to - from);
      for (int number = from; number < to; number++) {
        requests.add(JobRequest.of(Noop.of(number), optionsOf.apply(number)));
      }
      holdfast.enqueueAll(requests).forEach(Backlog::requireCreated);
    }
  }

  /**
   * Checks that a job was added.
   *
   * @throws BrokenDeliveryException if it was not
   */
  static void requireCreated(EnqueueResult result) {
    if (!(result instanceof Enqueued enqueued) || !enqueued.created()) {
      throw new BrokenDeliveryException("a job was not added: " + result);
    }
  }

  /**
   * Waits until the queues hold no job, so that every outcome is written.
   *
   * @throws BrokenDeliveryException if they hold some for too long
   */
  static void awaitEmpty(Holdfast holdfast, List<String> queues) throws InterruptedException {
    for (String queue : queues) {
      long started = System.nanoTime();
      QueueStats stats = holdfast.queue(queue).stats();
      while (stats.ready() + stats.scheduled() + stats.parked() + stats.active() > 0) {
        if (System.nanoTime() - started > PATIENCE.toNanos()) {
          throw new BrokenDeliveryException("queue " + queue + " does not get empty: " + stats);
        }
        Pace.roughlyUntil(System.nanoTime() + LOOK);
        stats = holdfast.queue(queue).stats();
      }
      if (stats.dead() > 0) {
        throw new BrokenDeliveryException("queue " + queue + " has dead letters: " + stats);
      }
    }
  }
}
