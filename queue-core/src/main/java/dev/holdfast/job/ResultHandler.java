package dev.holdfast.job;

import org.jspecify.annotations.Nullable;

/**
 * A handler whose return value is stored with the job and can be read by id while the job is kept.
 *
 * @param <P> the payload class, annotated with {@link JobType}
 * @param <R> the result class, written as JSON, at most 256 KiB
 */
@FunctionalInterface
public interface ResultHandler<P, R> {
  /**
   * Does the work of one attempt and returns its result; see {@link JobHandler#handle}.
   *
   * @return the result to store; null stores none
   * @throws Exception any exception is a failure of this attempt
   */
  @Nullable R handle(P job, JobContext context) throws Exception;
}
