package dev.holdfast;

import dev.holdfast.batch.BatchOrder;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.flow.FlowRuns;
import dev.holdfast.flow.Fork;
import dev.holdfast.flow.RunReading;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.Page;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs.ForkReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The door to runs, on an engine's journals and its control. */
final class EngineFlowRuns implements FlowRuns {
  private static final int MOST_A_SECOND = 1_000;

  private final Engine engine;
  private final Supplier<Control> control;
  private final Enqueuer enqueuer;
  private final JobViews views;

  /**
   * Creates the door.
   *
   * @param control the engine's, or an exception once Holdfast is closed
   */
  EngineFlowRuns(Engine engine, Supplier<Control> control, Enqueuer enqueuer, JobViews views) {
    this.engine = engine;
    this.control = control;
    this.enqueuer = enqueuer;
    this.views = views;
  }

  @Override
  public Optional<RunStatus> status(JobId id) {
    QueueRef queue = QueueRef.of(id);
    return control
        .get()
        .find(queue, id.key())
        // A batch has a journal, too, which is no run's.
        .filter(job -> !job.type().equals(BatchOrder.JOB))
        .map(
            job ->
                RunReading.status(views.status(queue, job), engine.runs().read(queue, id.key())));
  }

  @Override
  public Page<RunStatus> list(
      String queue, JobState state, @Nullable String version, @Nullable String cursor, int size) {
    QueueRef ref = QueueRef.of(queue);
    Page<JobStatus> jobs = new EngineJobQueue(ref, control, views).jobs(state, cursor, size);
    List<RunStatus> runs = new ArrayList<>();
    for (JobStatus job : jobs.items()) {
      Journal journal = engine.runs().read(ref, job.id().key());
      if (!journal.entries().isEmpty() && !job.type().equals(BatchOrder.JOB)) {
        RunStatus run = RunReading.status(job, journal);
        if (version == null || version.equals(run.version())) {
          runs.add(run);
        }
      }
    }
    return new Page<>(runs, jobs.next());
  }

  @Override
  public boolean resume(JobId id) {
    return control.get().redrive(QueueRef.of(id), id.key()) == ActReply.DONE;
  }

  @Override
  public boolean wake(JobId id) {
    return control.get().runNow(QueueRef.of(id), id.key()) == ActReply.DONE;
  }

  @Override
  public Optional<JobId> fork(JobId id, Fork from) {
    Objects.requireNonNull(from, "from");
    QueueRef queue = QueueRef.of(id);
    if (control.get().find(queue, id.key()).isEmpty()) {
      return Optional.empty();
    }
    return fork(id, RunReading.entriesBefore(engine.runs().read(queue, id.key()), from));
  }

  private Optional<JobId> fork(JobId id, int entries) {
    QueueRef queue = QueueRef.of(id);
    JobId copy = queue.id(enqueuer.nextId(id.queue()).key());
    ForkReply reply = engine.runs().fork(queue, id.key(), copy.key(), entries);
    return switch (reply) {
      case DONE -> Optional.of(copy);
      // It was read a moment ago: if its journal is shorter now, it is gone and another is there.
      case NOT_FOUND, TOO_FEW -> Optional.empty();
    };
  }

  @Override
  public int forkAll(String queue, DeadLetterFilter filter, Fork from, int perSecond) {
    if (perSecond < 1 || perSecond > MOST_A_SECOND) {
      throw new IllegalArgumentException(
          "perSecond is " + perSecond + "; it must be 1 to " + MOST_A_SECOND);
    }
    Objects.requireNonNull(from, "from");
    QueueRef ref = QueueRef.of(queue);
    EngineDeadLetterQueue letters = new EngineDeadLetterQueue(ref, control, views);
    return (int) letters.forEach(filter, perSecond, id -> forkIfRun(ref, id, from));
  }

  private boolean forkIfRun(QueueRef queue, JobId id, Fork from) {
    Journal journal = engine.runs().read(queue, id.key());
    if (journal.entries().isEmpty()) {
      return false;
    }
    int entries;
    try {
      entries = RunReading.entriesBefore(journal, from);
    } catch (InvalidJobException e) {
      // A run that never came to that step: it is none of those that were meant.
      return false;
    }
    return fork(id, entries).isPresent();
  }
}
