package dev.holdfast.job;

import java.time.Duration;
import java.time.Instant;

/**
 * One job of a batch: its payload, what is known of its attempt, and its own outcome.
 *
 * <p>The first outcome given stands, whatever the call does after it; a later one is ignored, as is
 * one given when the call has ended or was given up. Without one the job succeeds if the call
 * returns and fails if it throws. No outcome is written before the call has ended. None of these
 * methods ends the call: they return, unlike the verbs of a {@link JobContext}.
 *
 * <p>The thread of a batch is interrupted at its timeout and by a drain, never for one job: look at
 * {@link #cancelled()} and {@link #leaseLost()}.
 *
 * @param <P> the payload class
 */
public interface BatchItem<P> extends ClaimedJob {
  /** The payload, never null. */
  P payload();

  /** The job has succeeded, even if the call throws later. */
  void succeed();

  /**
   * The job has succeeded with a result, which is stored with it and can be read by id.
   *
   * @param result written as JSON at once, at most 256 KiB; one that cannot be is a failure of this
   *     job
   */
  void succeed(Object result);

  /**
   * The attempt has failed, as if a handler of this job alone had thrown this: rules by exception
   * class, {@link NonRetriableException}, {@link RetryAfterException}, the retry policy. After the
   * interrupt of a drain the job is handed back instead, and no attempt is spent.
   */
  void fail(Throwable cause);

  /**
   * The job runs again later; no failure, no attempt spent. At most 1,000 times a job; from then on
   * it is a failure.
   *
   * @param delay zero to 366 days, from the end of the call
   * @throws IllegalArgumentException if it is not; the job has no outcome of its own then
   */
  void snooze(Duration delay);

  /**
   * The job runs again later, and no job of its limit key is claimed before; see {@link
   * JobContext#backOff}. Those of this batch run on.
   *
   * @param delay zero to 366 days, from the end of the call
   * @throws IllegalArgumentException if it is not; the job has no outcome of its own then
   */
  void backOff(Duration delay);

  /**
   * The attempt has failed, and the next one starts then instead of after the retry policy's wait.
   * Out of attempts, the job is buried.
   *
   * @param instant when to try again; a past instant means at once; by the worker's clock
   */
  void retryAt(Instant instant);

  /**
   * The job ends as cancelled, reason {@link StateReason#DISCARDED}: there is nothing left to do.
   */
  void discard(String why);

  /** The job ends as a dead letter at once, reason {@link StateReason#BURIED}. */
  void bury(String why);
}
