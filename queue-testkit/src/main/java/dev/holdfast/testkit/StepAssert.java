package dev.holdfast.testkit;

import dev.holdfast.flow.RunStatus.Kind;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.flow.RunStatus.StepStatus;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/** Asserts on a step of a run that was read. A failure shows all there is of it. */
public final class StepAssert extends AbstractAssert<StepAssert, StepStatus> {
  private final RunStatusAssert run;

  StepAssert(RunStatusAssert run, StepStatus actual) {
    super(actual, StepAssert.class);
    this.run = run;
  }

  /** Its outcome is recorded: it returned, its instant or its event came, its job succeeded. */
  public StepAssert isDone() {
    return hasState(State.DONE);
  }

  /** It waits: for its retry, its instant, its event or its job. */
  public StepAssert isPending() {
    return hasState(State.PENDING);
  }

  /** It has failed for good. */
  public StepAssert hasFailed() {
    return hasState(State.FAILED);
  }

  /** It has come so far. */
  public StepAssert hasState(State state) {
    return expect("to be " + state, step -> step.state() == state);
  }

  /** It is of this kind. */
  public StepAssert isA(Kind kind) {
    return expect("to be of kind " + kind, step -> step.kind() == kind);
  }

  /** So many attempts of it are recorded: those that failed, and one if it succeeded. */
  public StepAssert hasAttempts(int attempts) {
    return expect("to have " + attempts + " attempts", step -> step.attempts() == attempts);
  }

  /** It gave this value, written as JSON: {@code "true"}, {@code "\"text\""}. */
  public StepAssert hasJson(String json) {
    return expect("to have value " + json, step -> json.equals(step.value()));
  }

  /** It failed last with exactly this class; a subclass is another one. */
  public StepAssert lastFailedWith(Class<? extends Throwable> type) {
    return expect(
        "to have failed last with " + type.getName(),
        step -> step.failure() != null && step.failure().type().equals(type.getName()));
  }

  /** Back to the run, to go on. */
  public RunStatusAssert and() {
    return run;
  }

  private StepAssert expect(String toBe, Predicate<StepStatus> test) {
    if (!test.test(actual)) {
      throw failure(
          "%s",
          "Expected step '"
              + actual.key()
              + "' "
              + toBe
              + "\nbut it is "
              + Descriptions.of(actual));
    }
    return this;
  }
}
