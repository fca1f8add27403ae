package dev.holdfast.examples.orderflow;

import dev.holdfast.event.Event;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.examples.orderflow.KillPoint.Moment;
import dev.holdfast.examples.orderflow.KillableFlow.Moments;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.Parallel;
import dev.holdfast.flow.StepAction;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobId;
import dev.holdfast.job.LeaseLostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The steps of a run, with their moments told: what {@link OrderFlow} uses of them. */
final class KillableSteps implements Steps {
  private final Steps steps;
  private final Moments moments;

  KillableSteps(Steps steps, Moments moments) {
    this.steps = steps;
    this.moments = moments;
  }

  @Override
  public <T> @Nullable T run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    T value;
    try {
      value = steps.run(name, type, options, watched(name, body));
    } catch (LeaseLostException e) {
      moments.refused(name);
      throw e;
    }
    moments.reach(name, Moment.AFTER_RECORD);
    return value;
  }

  @Override
  public void run(String name, StepOptions options, StepAction body) {
    steps.run(name, options, watchedAction(name, body));
    moments.reach(name, Moment.AFTER_RECORD);
  }

  @Override
  public void sleep(String name, Duration duration) {
    steps.sleep(name, duration);
    moments.reach(name, Moment.AFTER_RECORD);
  }

  @Override
  public void parallel(String name, Consumer<Parallel> branches) {
    steps.parallel(name, parallel -> branches.accept(new KillableParallel(name, parallel)));
  }

  private <T> StepCall<T> watched(String key, StepCall<T> body) {
    return context -> {
      moments.reach(key, Moment.BEFORE_EFFECT);
      T outcome = body.call(context);
      moments.reach(key, Moment.AFTER_EFFECT);
      return outcome;
    };
  }

  private StepAction watchedAction(String key, StepAction body) {
    return context -> {
      moments.reach(key, Moment.BEFORE_EFFECT);
      body.call(context);
      moments.reach(key, Moment.AFTER_EFFECT);
    };
  }

  /** Branches, with the moments of their steps told under their keys. */
  private final class KillableParallel implements Parallel {
    private final String scope;
    private final Parallel parallel;

    KillableParallel(String scope, Parallel parallel) {
      this.scope = scope;
      this.parallel = parallel;
    }

    @Override
    public <T> StepFuture<T> run(
        String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
      return parallel.run(name, type, options, watched(scope + "/" + name, body));
    }

    @Override
    public StepFuture<Void> run(String name, StepOptions options, StepAction body) {
      return parallel.run(name, options, watchedAction(scope + "/" + name, body));
    }

    @Override
    public <T> StepFuture<T> branch(String name, BranchCall<T> body) {
      return parallel.branch(name, body);
    }

    @Override
    public void join() {
      parallel.join();
    }

    @Override
    public <T> StepFuture<T> joinAny(String name, List<StepFuture<T>> futures) {
      return parallel.joinAny(name, futures);
    }
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
  public void sleepUntil(String name, Instant instant) {
    steps.sleepUntil(name, instant);
  }

  @Override
  public <E> Optional<Event<E>> waitFor(String name, Wait<E> wait) {
    return steps.waitFor(name, wait);
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
