package dev.holdfast.batch;

import dev.holdfast.job.JobId;
import java.util.Optional;

/**
 * The door to batches of jobs. Safe for use by many threads.
 *
 * <p>A worker that serves the queue of a job tells the batch of the job's end, at once if it ran
 * there. A job that was cancelled, deleted or purged is told of with the next turn of any such
 * worker; while none runs, the batch waits.
 *
 * <p>A batch can be cancelled, as any job: nothing follows then, and its jobs go on. A dead one
 * does not hear of ends any more; redriven, it judges by those it had heard of.
 */
public interface Batches {
  /**
   * Enqueues a batch: first the batch itself, which is a job that waits, then its jobs, then word
   * that these were all. Only then can it complete.
   *
   * <p>When this throws, or the process dies, part of it may be there: the jobs that are run as any
   * job. With an {@link JobBatch#idempotencyKey} call it again, and what is missing is added; else
   * the batch is a dead letter after 24 hours.
   *
   * @return the batch's id
   * @throws dev.holdfast.job.InvalidJobException if a job or a follower is invalid; nothing was
   *     sent
   * @throws dev.holdfast.job.IdempotencyConflictException if a batch of another number of jobs
   *     holds the key; nothing was sent
   * @throws dev.holdfast.job.EngineUnavailableException if the engine did not answer in time; the
   *     batch is not complete
   * @throws dev.holdfast.job.QueueFullException if a queue is full; the batch is not complete
   */
  JobId enqueue(JobBatch<?> batch);

  /** How a batch stands; empty if it is not known. Two round trips, and one more per MiB. */
  Optional<BatchStatus> status(JobId id);
}
