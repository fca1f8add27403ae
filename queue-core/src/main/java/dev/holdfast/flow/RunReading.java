package dev.holdfast.flow;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.spi.Journal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stored journal says of its run, for who looks from outside. Public for the doors alone.
 */
public final class RunReading {
  private RunReading() {}

  /**
   * How a run stands.
   *
   * @param journal all of it
   * @throws InvalidJobException if this version cannot read it
   */
  public static RunStatus status(JobStatus job, Journal journal) {
    RunJournal read = read(job.id().toString(), journal);
    boolean over = job.state() == JobState.SUCCEEDED;
    List<RunStatus.StepStatus> steps = new ArrayList<>();
    List<RunStatus.Waiting> waiting = new ArrayList<>();
    for (StepRecord step : read.steps()) {
      steps.add(status(step, over));
      if (job.state() == JobState.WAITING && step.state == RunStatus.State.PENDING) {
        String what = waitsFor(step);
        if (what != null) {
          waiting.add(new RunStatus.Waiting(step.key, what, step.deadline()));
        }
      }
    }
    return new RunStatus(
        job, read.version(), steps, waiting, journal.messages().size(), read.bytes());
  }

  /**
   * How many of its entries a fork begins with.
   *
   * @throws InvalidJobException if the run has recorded no such step, or this version cannot read
   *     the journal
   */
  public static int entriesBefore(Journal journal, Fork from) {
    RunJournal read = read("run", journal);
    String key = from.key();
    if (from.atLastFailure()) {
      key = read.lastFailed();
      if (key == null) {
        return read.entries();
      }
    } else if (key == null) {
      return 0;
    }
    Integer before = read.entriesBefore(key);
    if (before == null) {
      throw new InvalidJobException(
          "the run has recorded no step " + key + ", so that no fork can begin there");
    }
    return before;
  }

  private static RunJournal read(String what, Journal journal) {
    try {
      return RunJournal.of(journal.entries());
    } catch (EntryText.UnknownEntry e) {
      throw new InvalidJobException(
          "the journal of " + what + " cannot be read by this version: " + e.getMessage(), e);
    }
  }

  private static RunStatus.StepStatus status(StepRecord step, boolean over) {
    RunStatus.State state = step.state;
    if (over && state == RunStatus.State.PENDING && step.kind != RunStatus.Kind.RUN) {
      // That it ended would have been written with the next entry, and there was none.
      state = RunStatus.State.DONE;
    }
    Instant at = step.at.at();
    return new RunStatus.StepStatus(
        step.key,
        step.kind,
        state,
        step.attempts + (step.kind == RunStatus.Kind.RUN && step.isDone() ? 1 : 0),
        at == null ? Instant.EPOCH : at,
        value(step),
        step.failure);
  }

  private static @Nullable String value(StepRecord step) {
    return switch (step.kind) {
      case RUN -> step.value == null ? null : new String(step.value, StandardCharsets.UTF_8);
      case CHANGED -> Boolean.toString(step.taken);
      case ANY -> Integer.toString(step.index);
      case ENQUEUE, CALL -> "\"" + step.child + "\"";
      case SLEEP, WAIT, PUBLISH -> null;
    };
  }

  private static @Nullable String waitsFor(StepRecord step) {
    return switch (step.kind) {
      case SLEEP -> "a time";
      case WAIT ->
          "event " + step.type + (step.eventKey.isEmpty() ? "" : " of key " + step.eventKey);
      case CALL -> "job " + step.child;
      case RUN -> step.retryAfter == null ? null : "attempt " + (step.attempts + 1);
      case ENQUEUE, PUBLISH, CHANGED, ANY -> null;
    };
  }
}
