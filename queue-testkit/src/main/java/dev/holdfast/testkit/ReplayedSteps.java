package dev.holdfast.testkit;

import dev.holdfast.flow.Parallel;
import dev.holdfast.flow.StepAction;
import dev.holdfast.flow.StepCall;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.TypeRef;
import dev.holdfast.testkit.FlowTrace.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a call that is made once more: each gives what it gave before, whatever that was,
 * and nothing reaches the worker. Branches run one after the other.
 */
final class ReplayedSteps extends KeyedSteps {
  private final FlowTrace first;
  private final FlowTrace again;

  ReplayedSteps(Steps real, String scope, FlowTrace first, FlowTrace again) {
    super(real, scope);
    this.first = first;
    this.again = again;
  }

  /** Ends a replay that goes where the first call did not: there is nothing to give. */
  private static final class Strayed extends Error {
    private static final long serialVersionUID = 1L;

    Strayed(String key) {
      super("step '" + key + "' did not end in the first call", null, false, false);
    }
  }

  @Override
  <T> @Nullable T step(String key, String kind, Callable<? extends @Nullable T> step) {
    again.called(scope, key, kind);
    return before(key).give();
  }

  private Outcome before(String key) {
    Outcome outcome = first.outcome(key);
    if (outcome == null) {
      throw new Strayed(key);
    }
    return outcome;
  }

  /** Never called: no step runs. */
  @Override
  <T> StepCall<T> code(String key, StepCall<T> code) {
    return code;
  }

  @Override
  public void parallel(String name, Consumer<Parallel> branches) {
    String key = key(name);
    again.called(scope, key, "parallel");
    Outcome lambda =
        Outcome.of(
            () -> {
              branches.accept(new Branches(key + "/"));
              return null;
            });
    if (lambda.thrown() instanceof Strayed) {
      Object unused = lambda.give();
    }
    Object unused = before(key).give();
  }

  @Override
  public boolean replaying() {
    return true;
  }

  @Override
  public void progress(double fraction, @Nullable String note) {}

  @Override
  public void log(String line) {}

  private final class Branches implements Parallel {
    private final ReplayedSteps names;

    Branches(String scope) {
      this.names = new ReplayedSteps(real, scope, first, again);
    }

    private String begun(String name, String kind) {
      String key = names.key(name);
      again.called(names.scope, key, kind);
      return key;
    }

    @Override
    public <T> StepFuture<T> run(
        String name, TypeRef<T> type, StepOptions options, StepCall<T> body) {
      String key = begun(name, "run");
      return new Future<>(name, key, () -> before(key));
    }

    @Override
    public StepFuture<Void> run(String name, StepOptions options, StepAction body) {
      String key = begun(name, "run");
      return new Future<>(name, key, () -> before(key));
    }

    @Override
    public <T> StepFuture<T> branch(String name, BranchCall<T> body) {
      String key = begun(name, "branch");
      Outcome outcome =
          Outcome.of(() -> body.call(new ReplayedSteps(real, key + "/", first, again)));
      return new Future<>(name, key, () -> outcome);
    }

    @Override
    public void join() {
      Object unused = before(names.key(LiveSteps.JOIN)).give();
    }

    @Override
    public <T> StepFuture<T> joinAny(String name, List<StepFuture<T>> futures) {
      StepFuture<T> winner = names.step(names.key(name), "any", () -> null);
      String key = LiveSteps.keyOf(Objects.requireNonNull(winner));
      for (StepFuture<T> future : futures) {
        if (future instanceof Future<T> own && own.key.equals(key)) {
          return future;
        }
      }
      throw new Strayed(key);
    }
  }

  private static final class Future<T> implements StepFuture<T> {
    private final String name;
    private final String key;
    private final Supplier<Outcome> outcome;

    Future(String name, String key, Supplier<Outcome> outcome) {
      this.name = name;
      this.key = key;
      this.outcome = outcome;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public @Nullable T get() {
      return outcome.get().give();
    }
  }
}
