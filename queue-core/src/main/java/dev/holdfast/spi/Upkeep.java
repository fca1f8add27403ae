package dev.holdfast.spi;

import dev.holdfast.job.Retention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes back what dead workers hold. Every worker calls it; the engine lets one through a period.
 */
public interface Upkeep {
  /** Reaps expired leases of a queue: at most 100 a call. */
  ReapReply reap(ReapOrder order);

  /**
   * Compares one consumer's list of held jobs with the truth: entries that are not true are
   * removed, jobs held without a lease are reaped when seen twice a period apart.
   *
   * @return how many jobs were reaped
   * @throws dev.holdfast.job.QueueCorruptException if that list is none; the reap after it names
   *     another consumer
   */
  int tidy(ReapOrder order, String consumer);

  /**
   * What the reaper needs to know.
   *
   * @param queue the queue
   * @param period the least time between two reaps, R: the gate opens again exactly so long after a
   *     reap, so that a worker which reaped finds it open when it comes back
   * @param jitter what workers add to the period at random before they come back, J
   * @param grace how long nothing is reaped after an outage: the extension period and a second
   * @param longestLease no lease may end later than this from now; later ones are cut
   * @param maxCrashes leases without an outcome that make a job dead
   * @param retention how long ended jobs are kept
   */
  record ReapOrder(
      QueueRef queue,
      Duration period,
      Duration jitter,
      Duration grace,
      Duration longestLease,
      int maxCrashes,
      Retention retention) {}

  /**
   * What a reap did.
   *
   * @param gate whether this call went through
   * @param returned jobs sent back to a lane
   * @param poisoned jobs that are dead now
   * @param cancelled jobs that ended because a cancel had been asked for
   * @param more whether to call again at once
   * @param tidyNext the consumer whose list was not looked at for the longest time, or null
   */
  record ReapReply(
      Gate gate,
      int returned,
      int poisoned,
      int cancelled,
      boolean more,
      @Nullable String tidyNext) {}

  /** Whether a reap went through. */
  enum Gate {
    /** It looked for expired leases. */
    OPEN,
    /** Another worker reaped a moment ago. */
    NOT_YET,
    /** The store was away: live workers may extend first. */
    GRACE
  }
}
