package dev.holdfast.spi;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueStats;
import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads jobs and operates on them. Every act is one atomic step and safe to repeat. */
public interface Control {
  /** Reads a job; empty if it is not known. */
  Optional<StoredJob> find(QueueRef queue, String key);

  /**
   * Lists jobs in a state.
   *
   * @param cursor null for the first page
   * @param size 1 to 200
   */
  Page<StoredJob> list(QueueRef queue, JobState state, @Nullable String cursor, int size);

  /** Counts a queue's jobs. A bounded number of O(1) and O(log n) reads. */
  QueueStats stats(QueueRef queue);

  /**
   * Ends a waiting job, or asks that a running one ends. A job whose journal has an entry is not
   * ended while it waits, but asked, too (REQUESTED), so that it can undo what it has done: if it
   * is scheduled or suspended it becomes ready at once; ready or parked it stays where it is.
   */
  ActReply cancel(QueueRef queue, String key, Retention retention);

  /**
   * Sends a dead letter back to the tail of its lane, every counter but claims at 0. If its unique
   * key is one that is held until the end, it holds it again; while another job does, the letter
   * stays: KEY_TAKEN.
   */
  ActReply redrive(QueueRef queue, String key);

  /**
   * Makes a waiting job due at an instant; a past instant makes it ready now. A suspended run is
   * still suspended then, and woken by messages as before.
   */
  ActReply reschedule(QueueRef queue, String key, Instant runAt);

  /** Makes a scheduled job or a suspended run ready now. */
  ActReply runNow(QueueRef queue, String key);

  /**
   * Moves a waiting job to another lane. A running one is told its new home lane, for when it
   * returns: ON_RETURN.
   */
  ActReply prioritize(QueueRef queue, String key, Priority priority);

  /** Removes every trace of a job that is not active, its idempotency key included. */
  ActReply delete(QueueRef queue, String key);

  /**
   * Removes every trace of a dead letter; a job in another state is left alone (NOT_APPLICABLE).
   *
   * <p>As given here it looks first and deletes then, so that a job redriven in between would be
   * deleted: an engine makes it one atomic step.
   */
  default ActReply deleteDead(QueueRef queue, String key) {
    Optional<StoredJob> job = find(queue, key);
    if (job.isEmpty()) {
      return ActReply.NOT_FOUND;
    }
    return job.get().state() == JobState.DEAD ? delete(queue, key) : ActReply.NOT_APPLICABLE;
  }

  /**
   * Removes up to 100 waiting jobs: ready, parked and scheduled ones alike.
   *
   * @return how many were removed; 0 means that none is left
   */
  int purge(QueueRef queue);

  /** Stops or resumes claiming from a queue, for all workers. */
  void pause(QueueRef queue, boolean paused);

  /**
   * Sets the bound of a queue, which from then on wins over the one that an enqueue brings along.
   *
   * @param bound how many jobs it may hold, dead ones not counted; null: as each enqueue says
   */
  void changeBound(QueueRef queue, @Nullable Long bound);

  /** The bound that was set; null: as each enqueue says. */
  @Nullable Long bound(QueueRef queue);

  /**
   * Sets or takes back what a scope is allowed. Counts what is active already. What was parked and
   * is allowed now is let go.
   *
   * @param limit null: no limit
   */
  void limit(QueueRef queue, LimitScope scope, @Nullable Limit limit);

  /**
   * Stops or resumes claiming jobs of a type, for all workers. Those met meanwhile are parked.
   *
   * @param type the job type
   */
  void pauseType(QueueRef queue, String type, boolean paused);

  /** What is set, in no order. */
  List<LimitSetting> limits(QueueRef queue);

  /**
   * What is set for a scope.
   *
   * @param scope the scope
   * @param limit what it is allowed; null: no limit
   * @param paused whether it is paused; types only
   */
  record LimitSetting(LimitScope scope, @Nullable Limit limit, boolean paused) {}

  /** What became of an act on one job. */
  enum ActReply {
    /** Done. */
    DONE,
    /** The job runs; it was asked to end. */
    REQUESTED,
    /** The job runs; nothing was changed. */
    ACTIVE,
    /** The job runs; the act takes effect should it return to its queue. */
    ON_RETURN,
    /** The job has ended; nothing was changed. */
    ENDED,
    /** The job is in a state this act is not for; nothing was changed. */
    NOT_APPLICABLE,
    /** The body is gone; nothing was changed. */
    MISSING,
    /** Another job holds its unique key; nothing was changed. */
    KEY_TAKEN,
    /** The job is not known. */
    NOT_FOUND
  }
}
