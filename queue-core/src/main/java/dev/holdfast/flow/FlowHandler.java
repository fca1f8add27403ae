package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The user's code for one job type whose jobs are runs: they go through named steps, each of whose
 * outcomes is kept, and may sleep and wait for days while they hold nothing.
 *
 * <p>A run is a job: it is started by {@code enqueue}, its id is the job's id, and every promise
 * about jobs holds for it. What is different: {@link #run} is called from its beginning again after
 * every sleep, wait, retry and crash, and steps that have an outcome give it at once instead of
 * running. So code outside of steps must do nothing that may not be done again, and must not depend
 * on what changes between two calls: the time, random numbers and reads of other systems belong
 * into steps.
 *
 * <p><b>Promise.</b> A step's recorded outcome is written once and never changes. Its code may run
 * more than once if a worker dies between the effect and the record; use the idempotency key.
 *
 * <p>May be called by many threads at once, one for each run.
 *
 * @param <P> the payload class, annotated with {@link dev.holdfast.job.JobType}
 * @param <R> the result class, written as JSON, at most 256 KiB
 */
@FunctionalInterface
public interface FlowHandler<P, R> {
  /**
   * Goes through the steps of a run.
   *
   * @param steps the steps, for this call and its thread; a branch has its own
   * @return the run's result, to be read by its id; null stores none
   * @throws Exception a failure of a step that is not caught ends the run: it is a dead letter, and
   *     redriving it goes on at that step. Any other exception is a failure of the attempt: the run
   *     is attempted again as a job would be, and keeps its steps
   */
  @Nullable R run(Steps steps, P payload) throws Exception;

  /**
   * Called when the run has failed for good, before it becomes a dead letter; may have steps of its
   * own, that sleep and wait, too. What it throws is logged, and changes nothing. Default: nothing.
   *
   * @param steps steps beside those of {@link #run}
   * @param failure of the step, or of the last attempt
   */
  default void onFailure(Steps steps, P payload, Failure failure) throws Exception {}

  /**
   * Called when somebody asked that the run ends, once it has come to its next step or wait, before
   * it ends as cancelled; may have steps of its own. What it throws is logged, and changes nothing.
   * Default: nothing.
   *
   * @param steps steps beside those of {@link #run}
   */
  default void onCancel(Steps steps, P payload) throws Exception {}
}
