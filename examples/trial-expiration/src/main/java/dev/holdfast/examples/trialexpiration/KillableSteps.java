package dev.holdfast.examples.trialexpiration;

import dev.holdfast.event.Event;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.examples.trialexpiration.KillPoint.Moment;
import dev.holdfast.examples.trialexpiration.KillableFlow.Moments;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.Parallel;
import dev.holdfast.flow.StepAction;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The steps of a run, with their moments told: what {@link TrialFlow} uses of them. */
final class KillableSteps implements Steps {
  private final Steps steps;
  private final Moments moments;

  KillableSteps(Steps steps, Moments moments) {
    this.steps = steps;
    this.moments = moments;
  }

  @Override
  public <T> @Nullable T run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    T value =
        steps.run(
            name,
            type,
            options,
            context -> {
              moments.reach(name, Moment.BEFORE_EFFECT);
              T outcome = body.call(context);
              moments.reach(name, Moment.AFTER_EFFECT);
              return outcome;
            });
    moments.reach(name, Moment.AFTER_RECORD);
    return value;
  }

  @Override
  public void run(String name, StepOptions options, StepAction body) {
    steps.run(
        name,
        options,
        context -> {
          moments.reach(name, Moment.BEFORE_EFFECT);
          body.call(context);
          moments.reach(name, Moment.AFTER_EFFECT);
        });
    moments.reach(name, Moment.AFTER_RECORD);
  }

  @Override
  public void sleepUntil(String name, Instant instant) {
    steps.sleepUntil(name, instant);
    moments.reach(name, Moment.AFTER_RECORD);
  }

  @Override
  public <E> Optional<Event<E>> waitFor(String name, Wait<E> wait) {
    Optional<Event<E>> event = steps.waitFor(name, wait);
    moments.reach(name, Moment.AFTER_RECORD);
    return event;
  }

  // From here on: as they are.

  @Override
  public JobId runId() {
    return steps.runId();
  }

  @Override
  public int attempt() {
    return steps.attempt();
  }

  @Override
  public Instant enqueuedAt() {
    return steps.enqueuedAt();
  }

  @Override
  public boolean replaying() {
    return steps.replaying();
  }

  @Override
  public void sleep(String name, Duration duration) {
    steps.sleep(name, duration);
  }

  @Override
  public JobId enqueue(String name, Object payload, ChildOptions options) {
    return steps.enqueue(name, payload, options);
  }

  @Override
  public <T> @Nullable T call(String name, Object payload, TypeRef<T> type, ChildOptions options) {
    return steps.call(name, payload, type, options);
  }

  @Override
  public void publish(String name, Object event, PublishOptions options) {
    steps.publish(name, event, options);
  }

  @Override
  public void parallel(String name, Consumer<Parallel> branches) {
    steps.parallel(name, branches);
  }

  @Override
  public boolean changed(String changeId) {
    return steps.changed(changeId);
  }

  @Override
  public Error continueAs(Object payload) {
    return steps.continueAs(payload);
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    steps.progress(fraction, note);
  }

  @Override
  public void log(String line) {
    steps.log(line);
  }

  @Override
  public Map<String, String> headers() {
    return steps.headers();
  }
}
