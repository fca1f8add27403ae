package dev.holdfast.testkit;

import dev.holdfast.flow.Parallel;
import dev.holdfast.flow.StepAction;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.testkit.FlowTrace.Outcome;
import dev.holdfast.testkit.StepPoint.Moment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The steps of a call by a worker: they are traced, and a worker may die in them. */
final class LiveSteps extends KeyedSteps {
  /** What a join is noted as, beside the steps: no step has such a name. */
  static final String JOIN = "\njoin";

  private final FlowTrace trace;

  /** What runs the handler; null if no worker of a test does. */
  private final @Nullable OngoingAttempt attempt;

  LiveSteps(Steps real, String scope, FlowTrace trace, @Nullable OngoingAttempt attempt) {
    super(real, scope);
    this.trace = trace;
    this.attempt = attempt;
  }

  @Override
  <T> @Nullable T step(String key, String kind, Callable<? extends @Nullable T> step) {
    trace.called(scope, key, kind);
    if (!kind.equals("run")) {
      reached(key, Moment.BEGINNING);
    }
    return came(key, Outcome.of(step)).give();
  }

  private Outcome came(String key, Outcome outcome) {
    trace.came(key, outcome);
    return outcome;
  }

  @Override
  <T> StepCall<T> code(String key, StepCall<T> code) {
    return context -> {
      reached(key, Moment.BEGINNING);
      T value = code.call(context);
      reached(key, Moment.CODE);
      return value;
    };
  }

  private void reached(String key, Moment moment) {
    if (attempt != null) {
      attempt.reached(new StepPoint(key, moment));
    }
  }

  @Override
  public void parallel(String name, Consumer<Parallel> branches) {
    String key = key(name);
    Object unused =
        step(
            key,
            "parallel",
            () -> {
              real.parallel(name, each -> branches.accept(new Branches(each, key + "/")));
              return null;
            });
  }

  @Override
  public boolean replaying() {
    return real.replaying();
  }

  @Override
  public void progress(double fraction, @Nullable String note) {
    real.progress(fraction, note);
  }

  @Override
  public void log(String line) {
    real.log(line);
  }

  /** Branches that are traced as well. */
  private final class Branches implements Parallel {
    private final Parallel branches;

    /** Counts occurrences within the parallel. */
    private final LiveSteps names;

    Branches(Parallel branches, String scope) {
      this.branches = branches;
      this.names = new LiveSteps(real, scope, trace, attempt);
    }

    @Override
    public <T> StepFuture<T> run(
        String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
      String key = begun(name, "run");
      return new Future<>(names, key, branches.run(name, type, options, code(key, body)));
    }

    @Override
    public StepFuture<Void> run(String name, StepOptions options, StepAction body) {
      String key = begun(name, "run");
      StepCall<Void> code =
          code(
              key,
              context -> {
                body.call(context);
                return null;
              });
      return new Future<>(names, key, branches.run(name, options, (StepAction) code::call));
    }

    @Override
    public <T> StepFuture<T> branch(String name, BranchCall<T> body) {
      String key = begun(name, "branch");
      return new Future<>(
          names,
          key,
          branches.branch(
              name, steps -> body.call(new LiveSteps(steps, key + "/", trace, attempt))));
    }

    private String begun(String name, String kind) {
      String key = names.key(name);
      trace.called(names.scope, key, kind);
      return key;
    }

    @Override
    public void join() {
      Object unused =
          came(
                  names.key(JOIN),
                  Outcome.of(
                      () -> {
                        branches.join();
                        return null;
                      }))
              .give();
    }

    @Override
    public <T> StepFuture<T> joinAny(String name, List<StepFuture<T>> futures) {
      List<StepFuture<T>> real = futures.stream().map(LiveSteps::real).toList();
      return Objects.requireNonNull(
          names.step(
              names.key(name),
              "any",
              () -> futures.get(real.indexOf(branches.joinAny(name, real)))));
    }
  }

  private static <T> StepFuture<T> real(StepFuture<T> future) {
    return future instanceof Future<T> own ? own.real : future;
  }

  /** The key of a branch of such steps. */
  static String keyOf(StepFuture<?> future) {
    return future instanceof Future<?> own ? own.key : future.name();
  }

  /** What comes of a branch; noted when the handler asks. */
  private static final class Future<T> implements StepFuture<T> {
    private final LiveSteps steps;
    private final String key;
    private final StepFuture<T> real;

    Future(LiveSteps steps, String key, StepFuture<T> real) {
      this.steps = steps;
      this.key = key;
      this.real = real;
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public @Nullable T get() {
      return steps.came(key, Outcome.of(real::get)).give();
    }
  }
}
