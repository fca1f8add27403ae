package dev.holdfast.flow;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobStatus;
import dev.holdfast.spi.Journal;
import java.util.List;

/** Reads journals for the doors. Public for them alone. */
public final class RunReading {
  private RunReading() {}

  /** How a run stands, by its job and its journal. */
  public static RunStatus status(JobStatus job, Journal journal) {
    return new RunStatus(job, "", List.of(), List.of(), journal.messages().size(), 0);
  }

  /**
   * How many entries of a journal a fork keeps.
   *
   * @throws InvalidJobException if the run has recorded no such step
   */
  public static int entriesBefore(Journal journal, Fork fork) {
    if (fork.key() != null) {
      throw new InvalidJobException("the run has recorded no step " + fork.key());
    }
    return fork.atLastFailure() ? journal.entries().size() : 0;
  }
}
