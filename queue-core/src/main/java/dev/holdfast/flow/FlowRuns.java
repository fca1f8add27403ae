package dev.holdfast.flow;

import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The door to runs: see how they stand, and have them go on another way. What holds for every job
 * is done as for every job: {@code cancel}, {@code status}, {@code result}, the dead letters. Safe
 * for use by many threads.
 */
public interface FlowRuns {
  /**
   * How a run stands; empty if it is not known. Two round trips, and one more per MiB of journal.
   */
  Optional<RunStatus> status(JobId id);

  /**
   * Lists the runs of a queue that are in a state and have recorded something. Other jobs are
   * looked at and left out, so a page may be empty and yet have a next one. One round trip, and one
   * more for each job it looks at.
   *
   * @param version only those that began with this version of their flow; null: all
   * @param cursor null for the first page, else {@link Page#next()} of the page before
   * @param size jobs it looks at, 1 to 200
   * @throws IllegalArgumentException if the size is out of range or the cursor is none of ours
   */
  Page<RunStatus> list(
      String queue, JobState state, @Nullable String version, @Nullable String cursor, int size);

  /**
   * Sends a run that is a dead letter back to its queue: it keeps its steps, and the one that
   * failed is attempted anew. The same as redriving its dead letter. One round trip.
   *
   * @return false if it is no dead letter
   */
  boolean resume(JobId id);

  /**
   * Makes a waiting run go on at once: it looks at what it waits for, and waits on if that is not
   * there. One round trip.
   *
   * @return false if it does not wait
   */
  boolean wake(JobId id);

  /**
   * Begins another run of the same payload with a part of what this one recorded. The first goes
   * its own way. Only runs whose payload is kept can be forked: those that have not ended, and dead
   * letters. Three round trips.
   *
   * @return the other run; empty if the run or its payload is not kept
   * @throws dev.holdfast.job.InvalidJobException if it has recorded no such step
   */
  Optional<JobId> fork(JobId id, Fork from);

  /**
   * Forks the dead letters of a queue that are runs and match.
   *
   * @param perSecond at most so many a second, 1 to 1,000; waits in between on the calling thread
   * @return how many
   */
  int forkAll(String queue, DeadLetterFilter filter, Fork from, int perSecond);
}
