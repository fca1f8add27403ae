package dev.holdfast.flow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Branches of a run that go on at the same time; see {@link Steps#parallel}. For the thread of its
 * lambda only.
 */
public interface Parallel {
  /** Begins a branch of one step, with the default options. */
  default <T> StepFuture<T> run(String name, Class<T> type, StepCall<T> body) {
    return run(name, TypeRef.of(type), StepOptions.defaults(), body);
  }

  /** Begins a branch of one step. */
  <T> StepFuture<T> run(String name, TypeRef<T> type, StepOptions options, StepCall<T> body);

  /** Begins a branch of one step that returns nothing, with the default options. */
  default StepFuture<Void> run(String name, StepAction body) {
    return run(name, StepOptions.defaults(), body);
  }

  /** Begins a branch of one step that returns nothing. */
  StepFuture<Void> run(String name, StepOptions options, StepAction body);

  /**
   * Begins a branch of many steps, which may sleep and wait. Its steps have a scope of their own.
   * What it returns is no step: it is returned anew at every call.
   */
  <T> StepFuture<T> branch(String name, BranchCall<T> body);

  /** Waits for all that were begun; suspends the run if one of them waits. */
  void join();

  /**
   * Waits until one of them is done or has failed, and gives it; the same one at every later call.
   * Which one it was is recorded as a step. The others go on, and are joined when the lambda ends.
   *
   * @param name of the step
   * @param futures at least one of this parallel's
   */
  <T> StepFuture<T> joinAny(String name, List<StepFuture<T>> futures);

  /** The code of a branch. */
  @FunctionalInterface
  interface BranchCall<T> {
    /** Goes through the branch's steps. */
    @Nullable T call(Steps branch) throws Exception;
  }
}
