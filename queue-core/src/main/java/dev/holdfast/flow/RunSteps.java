package dev.holdfast.flow;

import dev.holdfast.event.Event;
import dev.holdfast.event.PublishOptions;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one scope of a run, in one call of its code: gives each step its key, and has it
 * done by {@link StepRunner}, {@link Waiting} or {@link Children}. For one thread.
 */
final class RunSteps implements RunMail {
  private static final int MOST_NAME = 200;

  private final Run run;
  private final String scope;
  private final Map<String, Integer> occurrences = new HashMap<>();

  /** Read by the thread that joins a branch, too. */
  private volatile @Nullable RunSuspended suspended;

  private boolean inStep;

  /**
   * The steps of a scope.
   *
   * @param scope "" or what the keys of its steps begin with, the slash included
   */
  RunSteps(Run run, String scope) {
    this.run = run;
    this.scope = scope;
  }

  /** What ended the call, if a step had to wait; whether it was caught or not. */
  @Nullable RunSuspended suspended() {
    return suspended;
  }

  // ---- keys -------------------------------------------------------------------------------------

  /** The key of the next step of a name in this scope. */
  String key(String name) {
    requireName(name);
    int before = occurrences.merge(name, 1, Integer::sum) - 1;
    return scope + (before == 0 ? name : name + "#" + before);
  }

  static void requireName(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isEmpty() || name.charAt(0) == '!') {
      throw new InvalidNameException(
          "step name " + Naming.quote(name) + " is empty or begins with an exclamation mark");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean paired =
          Character.isHighSurrogate(c)
              && i + 1 < name.length()
              && Character.isLowSurrogate(name.charAt(i + 1));
      if (paired) {
        i++;
      } else if (c == '/' || c == '#' || Character.isISOControl(c) || Character.isSurrogate(c)) {
        throw new InvalidNameException(
            "step name "
                + Naming.quote(name)
                + " holds a slash, a number sign or a control character at "
                + i);
      }
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_NAME) {
      throw new InvalidNameException(
          "step name " + Naming.quote(name) + " has " + bytes + " bytes; at most " + MOST_NAME);
    }
  }

  // ---- each step --------------------------------------------------------------------------------

  /** Does a step: once one has had to wait, each later one ends the call again. */
  <T> @Nullable T step(Supplier<@Nullable T> body) {
    RunSuspended before = suspended;
    if (before != null) {
      throw before;
    }
    if (inStep) {
      throw new IllegalStateException(
          "a step of run " + run.host.id() + " has steps of its own; steps do not nest");
    }
    run.requireClaim();
    try {
      return body.get();
    } catch (RunSuspended now) {
      suspended = now;
      throw now;
    }
  }

  /**
   * What is recorded of a step, or null.
   *
   * @throws FlowChangedException if it was recorded as another kind
   */
  @Nullable StepRecord visit(String key, RunStatus.Kind kind) {
    run.lock.lock();
    try {
      StepRecord record = run.journal.step(key);
      if (record == null) {
        return null;
      }
      record.visited = true;
      if (record.kind != kind) {
        throw new FlowChangedException(
            "step "
                + key
                + " of run "
                + run.host.id()
                + " was recorded as "
                + record.kind
                + ", and is "
                + kind
                + " in the code that runs now; give the new step another name",
            null);
      }
      return record;
    } finally {
      run.lock.unlock();
    }
  }

  /** Calls the code of a step; it may not use these steps. */
  <T> @Nullable T within(java.util.concurrent.Callable<@Nullable T> body) throws Exception {
    inStep = true;
    try {
      return body.call();
    } finally {
      inStep = false;
    }
  }

  @Override
  public <T> @Nullable T run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    return step(() -> new StepRunner(run, this).run(key(name), type, options, body));
  }

  @Override
  public void run(String name, StepOptions options, StepAction body) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    step(() -> new StepRunner(run, this).run(key(name), NOTHING, options, calling(body)));
  }

  static final TypeRef<Void> NOTHING = TypeRef.of(Void.class);

  static StepCall<Void> calling(StepAction body) {
    return context -> {
      body.call(context);
      return null;
    };
  }

  @Override
  public void sleep(String name, Duration duration) {
    step(() -> new Waiting(run, this).sleep(key(name), duration));
  }

  @Override
  public void sleepUntil(String name, Instant instant) {
    Objects.requireNonNull(instant, "instant");
    step(() -> new Waiting(run, this).sleepUntil(key(name), instant));
  }

  @Override
  public <E> Optional<Event<E>> waitFor(String name, Wait<E> wait) {
    Objects.requireNonNull(wait, "wait");
    Event<E> event = step(() -> new Waiting(run, this).waitFor(key(name), wait));
    return Optional.ofNullable(event);
  }

  @Override
  public JobId enqueue(String name, Object payload, ChildOptions options) {
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(options, "options");
    return Objects.requireNonNull(
        step(() -> new Children(run, this).enqueue(key(name), payload, options)));
  }

  @Override
  public <T> @Nullable T call(String name, Object payload, TypeRef<T> type, ChildOptions options) {
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(options, "options");
    return step(() -> new Children(run, this).call(key(name), payload, type, options));
  }

  @Override
  public void publish(String name, Object event, PublishOptions options) {
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(options, "options");
    step(
        () -> {
          new Children(run, this).publish(key(name), event, options);
          return null;
        });
  }

  @Override
  public Error continueAs(Object payload) {
    Objects.requireNonNull(payload, "payload");
    step(
        () -> {
          throw new Children(run, this).continueAs(payload);
        });
    throw new AssertionError("a step that only throws has returned");
  }

  @Override
  public boolean changed(String changeId) {
    requireName(changeId);
    String key = scope + changeId;
    return Boolean.TRUE.equals(
        step(
            () -> {
              StepRecord record = visit(key, RunStatus.Kind.CHANGED);
              if (record != null) {
                return record.taken;
              }
              run.lock.lock();
              try {
                boolean taken = run.journal.unvisited(scope) == 0;
                run.record(EntryText.changed(key, taken), List.of());
                return taken;
              } finally {
                run.lock.unlock();
              }
            }));
  }

  @Override
  public void parallel(String name, Consumer<Parallel> branches) {
    Objects.requireNonNull(branches, "branches");
    step(
        () -> {
          RunBranches all = new RunBranches(run, key(name) + "/");
          Throwable thrown = null;
          try {
            branches.accept(all);
          } catch (Throwable t) {
            thrown = t;
          }
          all.finish(thrown);
          return null;
        });
  }

  // ---- what is no step --------------------------------------------------------------------------

  @Override
  public List<Received> received() {
    return run.received();
  }

  @Override
  public Error awaitMail(int count, @Nullable Instant until) {
    step(
        () -> {
          throw run.blockForMail(count, until);
        });
    throw new AssertionError("a step that only throws has returned");
  }

  @Override
  public JobId runId() {
    return run.host.id();
  }

  @Override
  public int attempt() {
    return run.host.attempt();
  }

  @Override
  public Instant enqueuedAt() {
    return run.host.enqueuedAt();
  }

  @Override
  public boolean replaying() {
    return run.replaying();
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    run.host.progress(fraction, note);
  }

  @Override
  public void log(String line) {
    run.host.log(line);
  }

  @Override
  public Map<String, String> headers() {
    return run.host.headers();
  }
}
