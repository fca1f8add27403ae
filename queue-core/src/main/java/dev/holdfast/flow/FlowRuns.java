package dev.holdfast.flow;

import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.job.JobId;
import java.util.Optional;

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
