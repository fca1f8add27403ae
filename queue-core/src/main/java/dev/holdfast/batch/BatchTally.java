package dev.holdfast.batch;

import dev.holdfast.flow.Mail;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a batch has been told, counted: of each job its latest end, told from one before a redrive
 * by how often the job was claimed. Public for the worker and the doors alone.
 *
 * @param sealed whether it was told that all its jobs are there
 * @param total how many it was told there are; 0 until it is sealed
 * @param succeeded how many have succeeded
 * @param dead how many are dead letters
 * @param cancelled how many were cancelled
 * @param unsuccessful up to 100 of those that are dead or were cancelled, the oldest first
 */
public record BatchTally(
    boolean sealed, int total, int succeeded, int dead, int cancelled, List<JobId> unsuccessful) {
  private static final int MOST_TOLD = 100;

  /** Copies the list. */
  public BatchTally {
    unsuccessful = List.copyOf(unsuccessful);
  }

  /** Counts, whatever the order and repetitions of the mail. */
  public static BatchTally of(Iterable<Mail> mail) {
    Map<JobId, Mail.JobEnded> latest = new HashMap<>();
    boolean sealed = false;
    int total = 0;
    for (Mail each : mail) {
      if (each instanceof Mail.JobEnded end) {
        latest.merge(end.job(), end, (a, b) -> b.claims() >= a.claims() ? b : a);
      } else if (each instanceof Mail.BatchSealed seal) {
        sealed = true;
        total = seal.total();
      }
    }
    List<JobId> unsuccessful =
        latest.values().stream()
            .filter(end -> end.how() != JobState.SUCCEEDED)
            .map(Mail.JobEnded::job)
            .sorted((a, b) -> a.toString().compareTo(b.toString()))
            .limit(MOST_TOLD)
            .toList();
    return new BatchTally(
        sealed,
        total,
        count(latest, JobState.SUCCEEDED),
        count(latest, JobState.DEAD),
        count(latest, JobState.CANCELLED),
        unsuccessful);
  }

  private static int count(Map<JobId, Mail.JobEnded> latest, JobState how) {
    return (int) latest.values().stream().filter(end -> end.how() == how).count();
  }

  /** How many jobs have ended, each counted once. */
  public int ended() {
    return succeeded + dead + cancelled;
  }

  /**
   * How many more messages it takes at the least until there is something to do: of jobs that have
   * not ended one each, one that it is sealed; once all have ended, one of each dead job.
   *
   * @param jobs how many jobs it has, which it knows before it is sealed
   */
  public int least(int jobs) {
    int open = Math.max(0, jobs - ended()) + (sealed ? 0 : 1);
    return open > 0 ? open : dead;
  }
}
