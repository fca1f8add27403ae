package dev.holdfast.testkit;

import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.RunStatus.StepStatus;
import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/** Asserts on a run that was read. A failure shows its state, its steps and what it waits for. */
public final class RunStatusAssert extends AbstractAssert<RunStatusAssert, RunStatus> {
  RunStatusAssert(RunStatus actual) {
    super(actual, RunStatusAssert.class);
  }

  /** Its handler returned, and the outcome was accepted. */
  public RunStatusAssert hasSucceeded() {
    return hasState(JobState.SUCCEEDED);
  }

  /** It is suspended. */
  public RunStatusAssert isWaiting() {
    return hasState(JobState.WAITING);
  }

  /** It is suspended, and this step is one it waits for. */
  public RunStatusAssert isWaitingFor(String step) {
    return expect(
        "to wait for step '" + step + "'",
        run ->
            run.job().state() == JobState.WAITING
                && run.waiting().stream().anyMatch(waiting -> waiting.step().equals(step)));
  }

  /** It is suspended, and wakes by itself at this instant, compared to the millisecond. */
  public RunStatusAssert wakesAt(Instant instant) {
    return expect(
        "to wake at " + instant,
        run ->
            run.job().state() == JobState.WAITING
                && run.wakeAt()
                    .map(Instant::toEpochMilli)
                    .equals(Optional.of(instant.toEpochMilli())));
  }

  /** It is a dead letter. */
  public RunStatusAssert isDead() {
    return hasState(JobState.DEAD);
  }

  /** It was cancelled. */
  public RunStatusAssert isCancelled() {
    return hasState(JobState.CANCELLED);
  }

  /** It stands there. */
  public RunStatusAssert hasState(JobState state) {
    return expect("to be " + state, run -> run.job().state() == state);
  }

  /** It stands where it stands for this reason. */
  public RunStatusAssert withReason(StateReason reason) {
    return expect("to be there by reason " + reason, run -> run.job().reason() == reason);
  }

  /** It has recorded something of exactly these steps, first recorded in this order. */
  public RunStatusAssert hasSteps(String... keys) {
    List<String> expected = List.copyOf(Arrays.asList(keys));
    return expect(
        "to have recorded steps " + expected,
        run -> run.steps().stream().map(StepStatus::key).toList().equals(expected));
  }

  /** It has recorded nothing of a step. */
  public RunStatusAssert hasNoStep(String key) {
    return expect("to have recorded no step '" + key + "'", run -> run.step(key).isEmpty());
  }

  /** One step; fails if it has recorded nothing. */
  public StepAssert step(String key) {
    expect("to have recorded step '" + key + "'", run -> run.step(key).isPresent());
    return new StepAssert(this, actual.step(key).orElseThrow());
  }

  private RunStatusAssert expect(String toBe, Predicate<RunStatus> test) {
    isNotNull();
    if (!test.test(actual)) {
      throw failure(
          "%s",
          "Expected run "
              + actual.job().id()
              + " ("
              + actual.job().type()
              + ") "
              + toBe
              + "\nbut "
              + Descriptions.of(actual));
    }
    return this;
  }
}
