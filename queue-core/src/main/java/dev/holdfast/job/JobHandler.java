package dev.holdfast.job;

/**
 * The user's code for one job type. Returning is success; throwing is a failure, which is retried
 * and in the end buried.
 *
 * <p>A handler may be called by many threads at once. Delivery is at least once: after a crash the
 * same job is attempted again, so its effects must bear being repeated ({@link
 * JobContext#fencingToken()} and the job id help).
 *
 * @param <P> the payload class, annotated with {@link JobType}
 */
@FunctionalInterface
public interface JobHandler<P> {
  /**
   * Does the work of one attempt.
   *
   * @param job the payload, never null
   * @param context what is known of this attempt, and the verbs that end it other than by success
   * @throws Exception any exception is a failure of this attempt; {@link InterruptedException}
   *     while the worker drains hands the job back and costs no attempt
   */
  void handle(P job, JobContext context) throws Exception;
}
