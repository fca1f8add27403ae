package dev.holdfast;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One queue, to look at and to operate. Obtained from {@link Holdfast#queue}; safe for use by many
 * threads. Acts are atomic and safe to repeat; each costs one round trip.
 *
 * <p>Every method may throw {@code EngineUnavailableException} or {@code QueueCorruptException}.
 */
public interface JobQueue {
  /** The queue's name. */
  String name();

  /** Counts the queue's jobs, in one instant. */
  QueueStats stats();

  /**
   * Lists jobs in a state: ready, scheduled, waiting, parked, active, succeeded, dead or cancelled.
   *
   * @param cursor null for the first page, else {@link Page#next()} of the page before
   * @param size entries a page, 1 to 200
   * @throws IllegalArgumentException if the size is out of range or the cursor is none of ours
   */
  Page<JobStatus> jobs(JobState state, @Nullable String cursor, int size);

  /** Stops claiming for all workers; what runs goes on, and jobs are still accepted. */
  void pause();

  /** Resumes claiming. */
  void resume();

  /**
   * Stops claiming jobs of a type, for all workers; what runs goes on, and jobs are still accepted.
   * A worker that meets one parks it.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no job type
   */
  void pauseType(String type);

  /**
   * Resumes claiming jobs of a type. Those parked go to the tails of their lanes, a hundred a turn.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no job type
   */
  void resumeType(String type);

  /** The types that are paused. */
  Set<String> pausedTypes();

  /**
   * Sets what a scope of this queue is allowed, for all processes and until it is set again or
   * taken back. At once: jobs that are active count, and none beyond the limit is claimed from then
   * on; what runs is left alone.
   *
   * @throws IllegalArgumentException if the limit is ordered and the scope is not that of keys
   */
  void limit(LimitScope scope, Limit limit);

  /** Takes back what was set for a scope; nothing if nothing was. */
  void unlimit(LimitScope scope);

  /** What is set in this queue; unmodifiable. */
  Map<LimitScope, Limit> limits();

  /** Makes a scheduled job ready now. */
  MoveResult runNow(JobId id);

  /**
   * Makes a waiting job due at another instant.
   *
   * @param runAt up to the year 9999; a past instant means now
   * @throws IllegalArgumentException if it is later
   */
  MoveResult reschedule(JobId id, Instant runAt);

  /**
   * Moves a waiting job to another lane, ready, scheduled or between two attempts; its time stays.
   * A running one ({@link MoveResult#ON_RETURN}) goes to that lane should it return to the queue.
   */
  MoveResult changePriority(JobId id, Priority priority);

  /**
   * Sets how many jobs the queue may hold, dead letters not counted, for all producers at once and
   * until it is set again or cleared. It wins over {@link HoldfastOptions#queueBound()}. Jobs
   * beyond a lower bound stay; what is enqueued meanwhile is refused with a {@code
   * QueueFullException}.
   *
   * @param jobs 1 to 1,000,000,000
   * @throws IllegalArgumentException if it is out of range
   */
  void changeBound(long jobs);

  /** Takes the bound back, so that each producer's {@link HoldfastOptions#queueBound()} counts. */
  void clearBound();

  /** The bound that was set with {@link #changeBound}; empty if none is. */
  OptionalLong bound();

  /**
   * Removes every trace of a job that does not run, such as for a request of erasure: payload,
   * history, log, result, idempotency and unique key. What the job did elsewhere stays.
   */
  DeleteResult delete(JobId id);

  /**
   * Removes all waiting jobs, ready, parked and scheduled, retried and redriven ones too; active
   * and ended ones stay. Jobs that arrive meanwhile may be removed too. One round trip per 100
   * jobs.
   *
   * @return how many were removed
   */
  long purge();
}
