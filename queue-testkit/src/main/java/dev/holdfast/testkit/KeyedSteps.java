package dev.holdfast.testkit;

import dev.holdfast.event.Event;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.flow.ChildOptions;
import dev.holdfast.flow.StepAction;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Steps that know the key of each step as it is called, by the rule of {@link Steps}: each call
 * goes through {@link #step}, which decides what is made of it.
 */
abstract class KeyedSteps implements Steps {
  /** What the worker made. */
  final Steps real;

  /** What the keys of these steps begin with: "" or "fulfil/label/". */
  final String scope;

  private final Map<String, Integer> calls = new HashMap<>();

  KeyedSteps(Steps real, String scope) {
    this.real = real;
    this.scope = scope;
  }

  /**
   * A step is called.
   *
   * @param kind what it is, in a word
   * @param step what the worker makes of it
   */
  abstract <T> @Nullable T step(String key, String kind, Callable<? extends @Nullable T> step);

  /** The code of a step, as it is handed to the worker. */
  abstract <T> StepCall<T> code(String key, StepCall<T> code);

  /** The key of the next step of a name. */
  final String key(String name) {
    int before = calls.merge(name, 1, Integer::sum) - 1;
    return scope + name + (before == 0 ? "" : "#" + before);
  }

  @Override
  public <T> @Nullable T run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    String key = key(name);
    return step(key, "run", () -> real.run(name, type, options, code(key, body)));
  }

  @Override
  public void run(String name, StepOptions options, StepAction body) {
    String key = key(name);
    StepCall<Void> code =
        code(
            key,
            context -> {
              body.call(context);
              return null;
            });
    nothing(key, "run", () -> real.run(name, options, (StepAction) code::call));
  }

  @Override
  public void sleep(String name, Duration duration) {
    nothing(key(name), "sleep", () -> real.sleep(name, duration));
  }

  @Override
  public void sleepUntil(String name, Instant instant) {
    nothing(key(name), "sleep", () -> real.sleepUntil(name, instant));
  }

  @Override
  public <E> Optional<Event<E>> waitFor(String name, Wait<E> wait) {
    return something(key(name), "wait", () -> real.waitFor(name, wait));
  }

  @Override
  public JobId enqueue(String name, Object payload, ChildOptions options) {
    return something(key(name), "enqueue", () -> real.enqueue(name, payload, options));
  }

  @Override
  public <T> @Nullable T call(String name, Object payload, TypeRef<T> type, ChildOptions options) {
    return step(key(name), "call", () -> real.call(name, payload, type, options));
  }

  @Override
  public void publish(String name, Object event, PublishOptions options) {
    nothing(key(name), "publish", () -> real.publish(name, event, options));
  }

  @Override
  public boolean changed(String changeId) {
    // The one kind of step that is not counted: asked twice, it is one question.
    return something(scope + changeId, "changed", () -> real.changed(changeId));
  }

  @Override
  public Error continueAs(Object payload) {
    return something(key("continueAs"), "continueAs", () -> real.continueAs(payload));
  }

  private void nothing(String key, String kind, Runnable step) {
    Object unused =
        step(
            key,
            kind,
            () -> {
              step.run();
              return null;
            });
  }

  private <T> T something(String key, String kind, Callable<T> step) {
    return Objects.requireNonNull(this.<T>step(key, kind, step));
  }

  // ---- no steps ---------------------------------------------------------------------------------

  @Override
  public JobId runId() {
    return real.runId();
  }

  @Override
  public int attempt() {
    return real.attempt();
  }

  @Override
  public Instant enqueuedAt() {
    return real.enqueuedAt();
  }

  @Override
  public Map<String, String> headers() {
    return real.headers();
  }
}
