package dev.holdfast.flow;

import org.jspecify.annotations.Nullable;

/**
 * The code of a step that returns a value.
 *
 * @param <T> the value
 */
@FunctionalInterface
public interface StepCall<T> {
  /** Does the work of one attempt of the step. */
  @Nullable T call(StepContext context) throws Exception;
}
