package dev.holdfast.examples.trialexpiration;

import dev.holdfast.examples.trialexpiration.KillPoint.Moment;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Steps;
import org.jspecify.annotations.Nullable;

/**
 * The flow with {@code --crash}: between any two of its steps, and within each, there may be a kill
 * point. The flow itself knows nothing of it.
 */
final class KillableFlow implements FlowHandler<TrialStarted, String> {
  private final FlowHandler<TrialStarted, String> flow;
  private final KillSwitch killSwitch;

  KillableFlow(FlowHandler<TrialStarted, String> flow, KillSwitch killSwitch) {
    this.flow = flow;
    this.killSwitch = killSwitch;
  }

  @Override
  public @Nullable String run(Steps steps, TrialStarted trial) throws Exception {
    return flow.run(
        new KillableSteps(steps, (step, moment) -> killSwitch.reach(trial.userId(), step, moment)),
        trial);
  }

  /** What is asked at each moment of each step. */
  interface Moments {
    void reach(String step, Moment moment);
  }
}
