package dev.holdfast.flow;

/** The code of a step that returns nothing. */
@FunctionalInterface
public interface StepAction {
  /** Does the work of one attempt of the step. */
  void call(StepContext context) throws Exception;
}
