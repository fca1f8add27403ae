package dev.holdfast.deadletter;

import dev.holdfast.job.JobId;
import dev.holdfast.job.Page;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of one queue. Kept 90 days and at most 100,000 by default; what retention
 * removes is logged and metered. Safe for use by many threads and processes.
 *
 * <p>Every method may throw {@code EngineUnavailableException} if the engine does not answer.
 */
public interface DeadLetterQueue {
  /** How many dead letters there are. One round trip. */
  long size();

  /**
   * Lists dead letters, the one that expires last first.
   *
   * @param cursor null for the first page, else {@link Page#next()} of the page before
   * @param size entries a page, 1 to 200
   * @throws IllegalArgumentException if the size is out of range or the cursor is none of ours
   */
  Page<DeadLetter> list(@Nullable String cursor, int size);

  /** Reads one dead letter; empty if the job is not dead or not known. One round trip. */
  Optional<DeadLetter> read(JobId id);

  /**
   * Sends a dead letter back to the tail of its lane with failures, crashes and misses at 0. Safe
   * to repeat.
   */
  RedriveResult redrive(JobId id);

  /**
   * Redrives every dead letter that fits and was dead when this call began, at most so many a
   * second. Blocks until done; when interrupted it stops early and keeps the interrupt.
   *
   * @param perSecond 1 to 100,000
   * @return how many were redriven
   */
  long redriveAll(DeadLetterFilter filter, int perSecond);

  /**
   * Removes one dead letter for good.
   *
   * @return false if the job is not dead or not known
   */
  boolean purge(JobId id);

  /**
   * Removes every dead letter that fits and was dead when this call began, for good.
   *
   * @return how many were removed
   */
  long purgeAll(DeadLetterFilter filter);
}
