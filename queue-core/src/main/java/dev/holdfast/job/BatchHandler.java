package dev.holdfast.job;

import java.util.List;

/**
 * The user's code for one job type whose jobs are done several at a time: one bulk request, one
 * statement for many rows.
 *
 * <p>Every job keeps its own outcome, attempts and history. Returning is success for each that was
 * given no other outcome, see {@link BatchItem}; throwing is a failure of each that was given none.
 * So what concerns one job belongs into its item: an exception that is thrown spends an attempt of
 * all.
 *
 * <p>May be called by many threads at once. Delivery is at least once: outcomes are written when
 * the call has ended, so after a crash all jobs of the batch run again, and not necessarily
 * together.
 *
 * @param <P> the payload class, annotated with {@link JobType}
 */
@FunctionalInterface
public interface BatchHandler<P> {
  /**
   * Does the work of one attempt of each job.
   *
   * @param batch one job or more, from one queue, each once; in the order they were enqueued, by
   *     the producers' clocks; unmodifiable
   * @throws Exception any exception is a failure of every job without an outcome of its own; after
   *     an interrupt by the draining worker it hands them back, and costs no attempt
   */
  void handle(List<BatchItem<P>> batch) throws Exception;
}
