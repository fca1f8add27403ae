package dev.holdfast.flow;

import dev.holdfast.event.EventTypes;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that a run enqueues, and events that it publishes. A job's id is written down before it is
 * enqueued; that it was enqueued is written with whatever is written next, and if that is not there
 * after a crash it is enqueued again under the same id. For the thread of its steps.
 */
final class Children {
  private static final int MOST_EVENT_ID = 128;

  private final Run run;
  private final RunSteps steps;

  Children(Run run, RunSteps steps) {
    this.run = run;
    this.steps = steps;
  }

  JobId enqueue(String key, Object payload, ChildOptions options) {
    return Objects.requireNonNull(start(key, RunStatus.Kind.ENQUEUE, payload, options).child);
  }

  <T> @Nullable T call(String key, Object payload, TypeRef<T> type, ChildOptions options) {
    StepRecord known = steps.visit(key, RunStatus.Kind.CALL);
    if (known != null && known.isFailed()) {
      throw StepRunner.failed(known);
    }
    if (known != null && known.isDone() && known.message != null) {
      return result(key, find(key, known.message), type);
    }
    StepRecord record = start(key, RunStatus.Kind.CALL, payload, options);
    JobId child = Objects.requireNonNull(record.child);
    for (RunMail.Received each : run.received()) {
      if (each.mail() instanceof Mail.JobEnded ended && ended.job().equals(child)) {
        return ended(key, ended, type);
      }
    }
    run.requireGoing(key);
    throw run.block(key, "job " + child, record, true);
  }

  private <T> @Nullable T ended(String key, Mail.JobEnded ended, TypeRef<T> type) {
    if (ended.how() == JobState.SUCCEEDED) {
      run.record(EntryText.received(key, ended.id()), List.of());
      return result(key, ended, type);
    }
    byte[] text = ended.text();
    Failure failure =
        text == null
            ? new Failure(
                ended.reason(),
                "job " + ended.job() + " is " + ended.how() + " (" + ended.reason() + ")",
                "")
            : run.host.failure(text);
    int attempts = Math.max(1, ended.claims());
    run.record(EntryText.failed(key, RunStatus.Kind.CALL, attempts, failure), List.of());
    run.writer.flush();
    throw new StepFailedException(key, attempts, failure);
  }

  private <T> @Nullable T result(String key, Mail.JobEnded ended, TypeRef<T> type) {
    return StepRunner.decoded(run, key, ended.text(), type);
  }

  private Mail.JobEnded find(String key, String message) {
    for (RunMail.Received each : run.received()) {
      if (each.mail() instanceof Mail.JobEnded ended && ended.id().equals(message)) {
        return ended;
      }
    }
    throw new FlowChangedException(
        "step " + key + " of run " + run.host.id() + " got message " + message + ", which is gone",
        null);
  }

  /** Has the job enqueued, unless that is recorded. */
  private StepRecord start(String key, RunStatus.Kind kind, Object payload, ChildOptions options) {
    StepRecord record = steps.visit(key, kind);
    boolean ours = record != null && record.childOf.equals(run.host.id().key());
    if (record != null && (record.started || record.isDone())) {
      // The fork of a run that waited for it is not told when it ends, and enqueues one of its own.
      if (ours || kind == RunStatus.Kind.ENQUEUE || hasEnded(record)) {
        return record;
      }
    }
    run.requireGoing(key);
    Outlet outlet = run.host.outlet();
    JobId child = record == null || !ours ? null : record.child;
    if (child == null) {
      run.requireRoom(key, 0);
      child = outlet.newId(payload, options);
      run.record(EntryText.child(key, kind, child, run.host.id()), List.of());
      run.writer.flush();
    }
    JobId parent = kind == RunStatus.Kind.CALL ? run.host.id() : null;
    outlet.enqueue(child, payload, options, run.host.carried(), parent);
    run.record(EntryText.started(key), List.of());
    return StepRunner.present(steps.visit(key, kind), key);
  }

  private boolean hasEnded(StepRecord record) {
    return run.received().stream()
        .anyMatch(
            each -> each.mail() instanceof Mail.JobEnded ended && ended.job().equals(record.child));
  }

  void publish(String key, Object event, PublishOptions options) {
    StepRecord record = steps.visit(key, RunStatus.Kind.PUBLISH);
    if (record != null) {
      return;
    }
    run.requireGoing(key);
    run.requireRoom(key, 0);
    String given = options.id();
    String id = given == null ? eventId(run.host.id(), key) : given;
    PublishOptions named = new PublishOptions(id, options.key(), options.correlationId());
    run.host.outlet().publish(event, named, run.host.carried());
    run.record(EntryText.published(key, id), List.of());
  }

  /** The run's id and the step's key, or what they are told by if they are too long together. */
  static String eventId(JobId id, String key) {
    return EventTypes.fitting(id + ":" + key, MOST_EVENT_ID, id.key() + ":");
  }

  /** Enqueues the run that goes on, once. */
  RunSuspended continueAs(Object payload) {
    start(
        RunJournal.CONTINUED,
        RunStatus.Kind.ENQUEUE,
        payload,
        ChildOptions.defaults().queue(run.host.id().queue()));
    return run.continuedNow();
  }
}
