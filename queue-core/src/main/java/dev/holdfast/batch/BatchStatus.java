package dev.holdfast.batch;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import java.util.List;

/**
 * How a batch stands.
 *
 * @param id the batch, which is a job itself
 * @param state how that job stands: WAITING while jobs have not ended, or have died and may be
 *     redriven; SUCCEEDED once all have; DEAD if not all have, and it waits no longer
 * @param sealed whether all jobs were enqueued; false: the caller is at it, or died half-way
 * @param total how many jobs it has; 0 until it is sealed
 * @param succeeded how many have succeeded
 * @param dead how many are dead letters
 * @param cancelled how many were cancelled
 * @param unsuccessful up to 100 of those that are dead or were cancelled
 */
public record BatchStatus(
    JobId id,
    JobState state,
    boolean sealed,
    int total,
    int succeeded,
    int dead,
    int cancelled,
    List<JobId> unsuccessful) {

  /** Copies the list. */
  public BatchStatus {
    unsuccessful = List.copyOf(unsuccessful);
  }

  /** How many have not ended; 0 until it is sealed. */
  public int pending() {
    return Math.max(0, total - succeeded - dead - cancelled);
  }

  /** Which part has ended, 0 to 1. */
  public double progress() {
    return total == 0 ? sealed ? 1 : 0 : 1 - (double) pending() / total;
  }
}
