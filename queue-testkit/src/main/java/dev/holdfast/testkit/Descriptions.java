package dev.holdfast.testkit;

import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.RunStatus.StepStatus;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.QueueStats;
import java.util.List;
import java.util.stream.Collectors;

/** What failed assertions say of jobs, queues and dead letters. */
final class Descriptions {
  /** Lines of a stack trace that are shown: chosen, not measured. */
  private static final int LINES = 6;

  private Descriptions() {}

  static String of(JobStatus job) {
    return "it is "
        + job.state()
        + " by reason "
        + job.reason()
        + " since "
        + job.since()
        + (job.runAt() == null ? "" : ", due at " + job.runAt())
        + (job.worker() == null ? "" : ", held by " + job.worker())
        + (job.cancelRequested() ? ", asked to end" : "")
        + counters(job.counters())
        + lastFailure(job.history());
  }

  static String of(RunStatus run) {
    return of(run.job())
        + run.steps().stream()
            .map(step -> "\n  step '" + step.key() + "': " + of(step))
            .collect(Collectors.joining())
        + run.waiting().stream()
            .map(
                waiting ->
                    "\n  waits in step '"
                        + waiting.step()
                        + "' for "
                        + waiting.what()
                        + (waiting.until() == null ? "" : " until " + waiting.until()))
            .collect(Collectors.joining());
  }

  static String of(StepStatus step) {
    return step.state()
        + ", of kind "
        + step.kind()
        + ", after "
        + step.attempts()
        + (step.attempts() == 1 ? " attempt, at " : " attempts, at ")
        + step.at()
        + (step.value() == null ? "" : ", with value " + step.value())
        + (step.failure() == null
            ? ""
            : ", failed with " + step.failure().type() + ": " + step.failure().message());
  }

  static String of(DeadLetter letter) {
    return "it is dead by reason "
        + letter.reason()
        + " since "
        + letter.diedAt()
        + counters(letter.counters())
        + (letter.payload() == null ? "" : "\n  payload: " + letter.payload())
        + lastFailure(letter.history());
  }

  static String of(QueueStats stats) {
    return "it has "
        + stats.ready()
        + " ready, "
        + stats.scheduled()
        + " scheduled, "
        + stats.active()
        + " active, "
        + stats.done()
        + " done and "
        + stats.dead()
        + " dead jobs"
        + (stats.nextDue() == null ? "" : ", the next one due at " + stats.nextDue())
        + (stats.paused() ? ", and is paused" : "");
  }

  private static String counters(Counters counters) {
    return "\n  failures %d, claims %d, crashes %d, misses %d, snoozes %d"
        .formatted(
            counters.failures(),
            counters.claims(),
            counters.crashes(),
            counters.misses(),
            counters.snoozes());
  }

  private static String lastFailure(List<Attempt> history) {
    if (history.isEmpty()) {
      return "\n  no attempt failed";
    }
    Attempt last = history.get(history.size() - 1);
    String stack = last.failure().stackTrace();
    String shown =
        stack.isBlank() ? last.failure().type() + ": " + last.failure().message() : stack;
    return "\n  last failure, attempt "
        + last.number()
        + " at "
        + last.at()
        + ":\n"
        + shown
            .lines()
            .limit(LINES)
            .map(line -> "    " + line.strip())
            .collect(Collectors.joining("\n"));
  }
}
