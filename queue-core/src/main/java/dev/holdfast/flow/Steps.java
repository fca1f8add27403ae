package dev.holdfast.flow;

import dev.holdfast.event.Event;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a run does that must not be forgotten: each call is a step, and what came of it is kept in
 * the run's journal.
 *
 * <p><b>Keys.</b> A step is known by its scope, its name and its occurrence: {@code charge}, {@code
 * charge#1} for the second of that name, {@code fulfil/confirm} within a branch. Occurrences are
 * counted in each scope, so the order in which branches run changes no key. A name has 1 to 200
 * bytes of UTF-8, without {@code /}, {@code #} and control characters, and does not begin with
 * {@code !}: the scopes {@code !failure} and {@code !cancel} are those of {@code onFailure} and
 * {@code onCancel}.
 *
 * <p><b>Changed code.</b> A step that is new runs; one whose name is gone is ignored; order does
 * not matter. Only a key whose kind has changed (a sleep that was a wait) or whose stored outcome
 * cannot be read ends the run, with {@link FlowChangedException}.
 *
 * <p><b>Suspension.</b> A step that has to wait ends the call of the handler by a {@link
 * RunSuspended} error: {@code finally} blocks and try-with-resources around it run. Do not catch
 * {@code Throwable}, {@code Error} or {@code RunSuspended} around steps; if it is caught, the next
 * step throws it again, and what the handler returns is dropped.
 *
 * <p>Every method that is a step throws {@code EngineUnavailableException} if its outcome could not
 * be recorded, {@code LeaseLostException} if the claim no longer stands, {@link
 * RunCancelledException} once somebody asked that the run ends, {@link DeadlinePassedException}
 * once its deadline has passed, and {@link JournalLimitException} if the run has too many or too
 * large outcomes.
 *
 * <p>For the thread of its call only.
 */
public interface Steps {
  /** The run's id, which is the job's. */
  JobId runId();

  /** Which attempt this is, from 1: failures outside of steps, and 1. */
  int attempt();

  /** When the run was enqueued, by the producer's clock; the same at every call. */
  Instant enqueuedAt();

  /** Whether the next step that is new has not been reached: what runs now has run before. */
  boolean replaying();

  /** Runs a step that returns a value, with the default options. */
  default <T> @Nullable T run(String name, Class<T> type, StepCall<T> body) {
    return run(name, TypeRef.of(type), StepOptions.defaults(), body);
  }

  /** Runs a step that returns a value, with the default options. */
  default <T> @Nullable T run(String name, TypeRef<T> type, StepCall<T> body) {
    return run(name, type, StepOptions.defaults(), body);
  }

  /** Runs a step that returns a value. */
  default <T> @Nullable T run(String name, Class<T> type, StepOptions options, StepCall<T> body) {
    return run(name, TypeRef.of(type), options, body);
  }

  /**
   * Runs a step that returns a value, or gives the value it returned before.
   *
   * <p>If it throws it is attempted again, after a wait that holds nothing, as often as its options
   * say. The last failure is recorded and thrown, at this and every later call of the handler.
   *
   * @param type what the value is read as when it is given again; written as JSON, at most 256 KiB
   * @return the value; null if the step returned null
   * @throws StepFailedException if it has failed for good
   */
  <T> @Nullable T run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body);

  /** Runs a step that returns nothing, with the default options. */
  default void run(String name, StepAction body) {
    run(name, StepOptions.defaults(), body);
  }

  /**
   * Runs a step that returns nothing, unless it has run.
   *
   * @throws StepFailedException if it has failed for good
   */
  void run(String name, StepOptions options, StepAction body);

  /**
   * Waits, holding nothing: no thread, no slot, no place of a limit. The instant it ends is
   * recorded when it is reached first, by the engine's clock, and not computed again.
   *
   * @param duration zero to 3,660 days
   */
  void sleep(String name, Duration duration);

  /** Waits until an instant of the engine's clock, holding nothing; a past one is over at once. */
  void sleepUntil(String name, Instant instant);

  /**
   * Waits for an event, holding nothing. Events of the wait's type and key count from where its
   * look-back says; each is received by one wait at most, the oldest first.
   *
   * @return the event; empty if the wait's time passed first
   */
  <E> Optional<Event<E>> waitFor(String name, Wait<E> wait);

  /** Enqueues a job of its own, once; does not wait for it. */
  default JobId enqueue(String name, Object payload) {
    return enqueue(name, payload, ChildOptions.defaults());
  }

  /** Enqueues a job of its own, once; does not wait for it. */
  JobId enqueue(String name, Object payload, ChildOptions options);

  /** Enqueues a job and waits for its result, with the default options. */
  default <T> @Nullable T call(String name, Object payload, Class<T> type) {
    return call(name, payload, TypeRef.of(type), ChildOptions.defaults());
  }

  /**
   * Enqueues a job, any job or another run, once, and waits for its end, holding nothing.
   *
   * @return its result; null if it stored none
   * @throws StepFailedException if it died or was cancelled. A dead job that is redriven changes
   *     nothing for this step
   */
  <T> @Nullable T call(String name, Object payload, TypeRef<T> type, ChildOptions options);

  /** Publishes an event, once. */
  default void publish(String name, Object event) {
    publish(name, event, PublishOptions.defaults());
  }

  /**
   * Publishes an event, once: its id is the run's and the step's, unless the options give one.
   *
   * @param event an object of a class annotated with {@link dev.holdfast.event.EventType}
   */
  void publish(String name, Object event, PublishOptions options);

  /**
   * Runs branches at the same time, each on a thread of its own, and joins them when the lambda
   * ends: the run waits until each is done, or all that are not wait. A branch that is done is not
   * run again because another waits or fails.
   *
   * @throws StepFailedException the first failure, in the order the branches were begun, of a
   *     branch whose future was not asked; the others ran to their ends
   */
  void parallel(String name, Consumer<Parallel> branches);

  /**
   * Whether changed code may be taken from here on. A run that comes here first with no recorded
   * step left unvisited in its scope is told yes, one that has been past this place no; what it was
   * told is recorded. So {@code if (steps.changed("use-v2")) { … } else { … }} leaves runs that are
   * under way on the old path.
   */
  boolean changed(String changeId);

  /**
   * Ends this run and begins another of the same type with another payload and an empty journal:
   * for flows that go on for ever. Written {@code throw steps.continueAs(next)}.
   *
   * @return never: what it throws itself
   */
  Error continueAs(Object payload);

  /** Notes how far the run is, for who looks at it. Best effort; no step. */
  void progress(double fraction, @Nullable String note);

  /** Adds a line to the run's log. Best effort; no step. */
  void log(String line);

  /** The headers the run was enqueued with. */
  Map<String, String> headers();
}
