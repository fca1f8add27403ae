package dev.holdfast.worker;

import dev.holdfast.job.InvalidHandlerException;
import java.time.Duration;
import java.util.Objects;

/**
 * When a batch handler is called: when so many jobs are there, or when the first of them has waited
 * so long, whichever comes first. Also when nothing more can come, because every slot of the queue
 * holds a job that waits for a batch.
 *
 * @param maxItems the most jobs in one call, 1 to 10,000; a job takes a slot, so that a queue with
 *     fewer slots makes smaller batches
 * @param maxWait the longest a job waits for others after it was claimed, 1 ms to 1 minute, and at
 *     most the worker's extension period, 10 s by default
 */
public record BatchOptions(int maxItems, Duration maxWait) {
  /**
   * Checks the bounds.
   *
   * @throws InvalidHandlerException if one is out of range
   */
  public BatchOptions {
    if (maxItems < 1 || maxItems > 10_000) {
      throw new InvalidHandlerException("maxItems is " + maxItems + "; it must be 1 to 10,000");
    }
    Objects.requireNonNull(maxWait, "maxWait");
    if (maxWait.compareTo(Duration.ofMillis(1)) < 0
        || maxWait.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new InvalidHandlerException("maxWait is " + maxWait + "; it must be 1 ms to 1 minute");
    }
  }

  /**
   * Up to so many jobs, or so long.
   *
   * @throws InvalidHandlerException if one is out of range
   */
  public static BatchOptions of(int maxItems, Duration maxWait) {
    return new BatchOptions(maxItems, maxWait);
  }
}
