package dev.holdfast.job;

import java.time.Duration;
import java.time.Instant;

/**
 * One attempt as its handler sees it: the {@link ClaimedJob}, and the verbs that end it other than
 * by returning or throwing. When somebody asks that the job ends, or the claim is lost, the
 * handler's thread is interrupted once.
 *
 * <p>The verbs never return: they throw a {@link Verb}, so that {@code throw context.snooze(…)} and
 * a bare {@code context.snooze(…)} do the same. The first verb called stands, even if the code
 * around it catches what it threw. Do not keep a context after the handler has returned. Safe for
 * use by several threads of one attempt.
 */
public interface JobContext extends ClaimedJob {
  /**
   * Ends the attempt and runs the job again later; no failure, no attempt spent. At most 1,000
   * times a job; from then on it is a failure.
   *
   * @param delay zero to 366 days
   * @throws Verb always
   */
  Verb snooze(Duration delay);

  /**
   * Ends the attempt and keeps all jobs of this job's limit key from being claimed for a while, in
   * all processes: what to do when a service answers "429, retry after 30 s". No failure, no
   * attempt spent; this job runs again after it, among the others of its key. A job without a limit
   * key snoozes for itself. Counts as a snooze, of which a job has 1,000.
   *
   * @param delay zero to 366 days, by the engine's clock; a shorter one does not end a longer one
   *     that is under way
   * @throws Verb always
   */
  Verb backOff(Duration delay);

  /**
   * Ends the attempt as a failure and sets when the next one starts, instead of the retry policy's
   * wait. Out of attempts, the job is buried.
   *
   * @param instant when to try again; a past instant means at once; by the worker's clock
   * @throws Verb always
   */
  Verb retryAt(Instant instant);

  /**
   * Ends the job as cancelled, reason {@link StateReason#DISCARDED}: there is nothing left to do.
   *
   * @throws Verb always
   */
  Verb discard(String why);

  /**
   * Ends the job as a dead letter at once, reason {@link StateReason#BURIED}.
   *
   * @throws Verb always
   */
  Verb bury(String why);

  /** What a verb throws. Without a stack trace; not meant to be caught. */
  final class Verb extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates what a verb throws; called by the worker. */
    public Verb(String verb) {
      super(verb, null, false, false);
    }
  }
}
