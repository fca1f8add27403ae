package dev.holdfast.spi;

import dev.holdfast.job.QueueStats;
import dev.holdfast.job.StateReason;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What Holdfast counts and times. Every method does nothing by default, so that no registry costs
 * nothing. Called on hot paths and by many threads: implementations must be quick and never throw.
 */
public interface Meters {
  /** Counts nothing. */
  Meters NONE = new Meters() {};

  /** Jobs were handed to the engine and answered. */
  default void enqueued(String queue, String type, EnqueueReply.Verdict verdict) {}

  /** An attempt started, after the job had been ready for so long. */
  default void started(String queue, String type, Duration waited) {}

  /** An attempt ended after so long; the outcome is one of a few fixed words. */
  default void ended(String queue, String type, String outcome, Duration took) {}

  /** A job will be attempted again. */
  default void retried(String queue, String type) {}

  /**
   * A job became a dead letter. The type is {@code unknown} if the engine buried it, which tells
   * how many it buried and not which; so it is for a job of a type this worker has no handler for.
   */
  default void died(String queue, String type, StateReason reason) {}

  /** The engine refused a write because its claim no longer stood. */
  default void leaseLost(String queue, String type) {}

  /** Expired leases were taken back. */
  default void reaped(String queue, int jobs) {}

  /** Retention removed dead letters. */
  default void trimmedDeadLetters(String queue, int jobs) {}

  /** A turn took so long, as the worker saw it. */
  default void turn(String queue, Duration took) {}

  /** A worker began to serve a queue: depth and age may be read from here, at most every 5 s. */
  default void watch(String queue, Supplier<QueueStats> stats) {}

  /** The worker stopped serving a queue. */
  default void unwatch(String queue) {}

  /** Handler threads that run on after their attempt was given up. */
  default void stuck(Supplier<Number> threads) {}

  /**
   * The worker that brought this very supplier has closed. Threads it left behind may run on: it
   * may be asked until it tells of none.
   */
  default void unstuck(Supplier<Number> threads) {}
}
