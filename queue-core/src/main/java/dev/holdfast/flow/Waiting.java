package dev.holdfast.flow;

import dev.holdfast.event.Event;
import dev.holdfast.event.EventTypes;
import dev.holdfast.job.InvalidJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sleeps and waits of a run. For the thread of its steps. */
final class Waiting {
  private static final Duration LONGEST = Duration.ofDays(3660);

  private final Run run;
  private final RunSteps steps;

  Waiting(Run run, RunSteps steps) {
    this.run = run;
    this.steps = steps;
  }

  // ---- sleeps -----------------------------------------------------------------------------------

  @Nullable Void sleep(String key, Duration duration) {
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw new InvalidJobException(
          "a sleep of " + duration + " is out of range; it must be zero to 3,660 days");
    }
    StepRecord record = steps.visit(key, RunStatus.Kind.SLEEP);
    if (record == null) {
      begin(key, EntryText.sleep(key, duration, null), List.of());
      record = recorded(key, RunStatus.Kind.SLEEP);
    }
    return awake(key, record, duration.isZero());
  }

  @Nullable Void sleepUntil(String key, Instant instant) {
    StepRecord record = steps.visit(key, RunStatus.Kind.SLEEP);
    if (record == null) {
      begin(key, EntryText.sleep(key, null, instant), List.of());
      record = recorded(key, RunStatus.Kind.SLEEP);
      return awake(key, record, !instant.isAfter(run.now()), true);
    }
    return awake(key, record, false);
  }

  private @Nullable Void awake(String key, StepRecord record, boolean atOnce) {
    return awake(key, record, atOnce, record.deadline() == null);
  }

  private @Nullable Void awake(String key, StepRecord record, boolean atOnce, boolean fresh) {
    if (record.isDone()) {
      return null;
    }
    if (atOnce || (!fresh && StepRunner.isOver(run, record))) {
      run.record(EntryText.over(key), List.of());
      return null;
    }
    run.requireGoing(key);
    throw run.block(key, "sleep " + key, record, false);
  }

  // ---- waits ------------------------------------------------------------------------------------

  <E> @Nullable Event<E> waitFor(String key, Wait<E> wait) {
    StepRecord record = steps.visit(key, RunStatus.Kind.WAIT);
    if (record != null && record.isDone()) {
      String message = record.message;
      return message == null ? null : event(key, wait, find(key, message));
    }
    boolean fresh = record == null || isOther(record, wait);
    if (fresh) {
      run.requireGoing(key);
      run.host.outlet().listens(wait.type(), run.host.id().queue());
      begin(key, EntryText.wait(key, wait), List.of(EventTypes.subject(wait.type(), wait.key())));
      record = recorded(key, RunStatus.Kind.WAIT);
    }
    StepRecord waiting = StepRunner.present(record, key);
    Event<E> found = lookBack(key, wait, waiting);
    if (found != null) {
      return found;
    }
    if (fresh ? isOverAtOnce(wait) : StepRunner.isOver(run, waiting)) {
      run.record(EntryText.over(key), List.of());
      return null;
    }
    run.requireGoing(key);
    String ofKey = wait.key().isEmpty() ? "" : " of key " + wait.key();
    throw run.block(key, "event " + wait.type() + ofKey, waiting, true);
  }

  private boolean isOverAtOnce(Wait<?> wait) {
    Instant until = wait.until();
    return until == null ? Duration.ZERO.equals(wait.within()) : !until.isAfter(run.now());
  }

  private static boolean isOther(StepRecord record, Wait<?> wait) {
    return !record.type.equals(wait.type()) || !record.eventKey.equals(wait.key());
  }

  /** Takes the oldest event that fits and that no other wait has taken; null if there is none. */
  private <E> @Nullable Event<E> lookBack(String key, Wait<E> wait, StepRecord record) {
    Instant deadline = record.deadline();
    Instant from = from(wait.lookback(), record);
    for (RunMail.Received each : run.received()) {
      if (!(each.mail() instanceof Mail.EventCame came)
          || !came.type().equals(wait.type())
          || !came.key().equals(wait.key())
          || each.at().isBefore(from)
          || (deadline != null && each.at().isAfter(deadline))) {
        continue;
      }
      if (isConsumed(came)) {
        continue;
      }
      Event<E> event = event(key, wait, came);
      if (wait.accepts(event.payload()) && take(key, came)) {
        return event;
      }
    }
    return null;
  }

  /** From when on events count, by the engine's clock. */
  private Instant from(Lookback lookback, StepRecord record) {
    Duration most = lookback.most();
    if (most == null) {
      return Instant.MIN;
    }
    Instant begun = record.since.at();
    if (begun == null) {
      // It begins with this attempt, after all that is known.
      begun = most.isZero() ? Instant.MAX : run.now();
    }
    try {
      return begun.minus(most);
    } catch (ArithmeticException | java.time.DateTimeException e) {
      return Instant.MIN;
    }
  }

  private boolean isConsumed(Mail.EventCame came) {
    run.lock.lock();
    try {
      return run.journal.isConsumed(came.id());
    } finally {
      run.lock.unlock();
    }
  }

  /** Records that this step has got it; false if a branch was faster. */
  private boolean take(String key, Mail.EventCame came) {
    run.lock.lock();
    try {
      if (run.journal.isConsumed(came.id())) {
        return false;
      }
      run.record(EntryText.received(key, came.id()), List.of());
      return true;
    } finally {
      run.lock.unlock();
    }
  }

  private Mail.EventCame find(String key, String message) {
    for (RunMail.Received each : run.received()) {
      if (each.mail() instanceof Mail.EventCame came && came.id().equals(message)) {
        return came;
      }
    }
    throw new FlowChangedException(
        "step " + key + " of run " + run.host.id() + " got event " + message + ", which is gone",
        null);
  }

  private <E> Event<E> event(String key, Wait<E> wait, Mail.EventCame came) {
    E payload = StepRunner.decoded(run, key, came.payload(), TypeRef.of(wait.event()));
    if (payload == null) {
      throw new FlowChangedException(
          "event " + came.event() + " of type " + came.type() + " has no payload", null);
    }
    return new Event<>(came.event(), came.type(), came.key(), came.at(), payload);
  }

  // ---- both -------------------------------------------------------------------------------------

  private void begin(String key, EntryText entry, List<String> subjects) {
    run.requireGoing(key);
    run.requireRoom(key, 0);
    run.record(entry, subjects);
  }

  private StepRecord recorded(String key, RunStatus.Kind kind) {
    return StepRunner.present(steps.visit(key, kind), key);
  }
}
