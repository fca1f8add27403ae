package dev.holdfast.testkit;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.Failure;
import dev.holdfast.testkit.FlowTrace.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A flow whose steps are watched: a worker may die in them, and calls are compared.
 *
 * @param <P> the payload
 * @param <R> the result
 */
final class WatchedFlow<P, R> implements FlowHandler<P, R> {
  private final FlowHandler<P, R> flow;
  private final Replays replays;

  WatchedFlow(FlowHandler<P, R> flow, Replays replays) {
    this.flow = flow;
    this.replays = replays;
  }

  @Override
  public @Nullable R run(Steps steps, P payload) throws Exception {
    OngoingAttempt attempt = OngoingAttempt.here();
    FlowTrace trace = replays.begin(steps.runId());
    Outcome end = Outcome.of(() -> flow.run(new LiveSteps(steps, "", trace, attempt), payload));
    boolean died = attempt != null && attempt.died();
    if (replays.wanted() && !died) {
      replays.ended(steps.runId(), trace, end);
      FlowTrace again = new FlowTrace("the replay of " + trace.name());
      replays.replay(
          trace, again, () -> flow.run(new ReplayedSteps(steps, "", trace, again), payload));
    }
    return end.give();
  }

  @Override
  public void onFailure(Steps steps, P payload, Failure failure) throws Exception {
    flow.onFailure(beside(steps, "!failure/"), payload, failure);
  }

  @Override
  public void onCancel(Steps steps, P payload) throws Exception {
    flow.onCancel(beside(steps, "!cancel/"), payload);
  }

  /** Steps in which a worker may die, and that are not compared. */
  private static Steps beside(Steps steps, String scope) {
    return new LiveSteps(steps, scope, new FlowTrace("beside"), OngoingAttempt.here());
  }
}
