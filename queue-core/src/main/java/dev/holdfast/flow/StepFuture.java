package dev.holdfast.flow;

import org.jspecify.annotations.Nullable;

/**
 * What comes of a branch.
 *
 * @param <T> what it returns
 */
public interface StepFuture<T> {
  /** The branch's name. */
  String name();

  /**
   * Waits for the branch and gives what it returned; suspends the run if the branch waits.
   *
   * @throws StepFailedException if one of its steps failed for good and it did not catch it
   */
  @Nullable T get();
}
