package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.KillPoint.Moment;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The flow with {@code --crash}: between any two of its steps, and within each, there may be a kill
 * point. The flow itself knows nothing of it.
 */
final class KillableFlow implements FlowHandler<PlaceOrder, OrderResult> {
  private final FlowHandler<PlaceOrder, OrderResult> flow;
  private final KillSwitch killSwitch;

  KillableFlow(FlowHandler<PlaceOrder, OrderResult> flow, KillSwitch killSwitch) {
    this.flow = flow;
    this.killSwitch = killSwitch;
  }

  @Override
  public @Nullable OrderResult run(Steps steps, PlaceOrder order) throws Exception {
    return flow.run(killable(steps, order), order);
  }

  @Override
  public void onFailure(Steps steps, PlaceOrder order, Failure failure) throws Exception {
    flow.onFailure(killable(steps, order), order, failure);
  }

  private Steps killable(Steps steps, PlaceOrder order) {
    return new KillableSteps(
        steps,
        new Moments() {
          @Override
          public void reach(String step, Moment moment) {
            killSwitch.reach(order.orderId(), step, moment);
          }

          @Override
          public void refused(String step) {
            killSwitch.refused(order.orderId(), step);
          }
        });
  }

  /** What is told at each moment of each step. */
  interface Moments {
    void reach(String step, Moment moment);

    void refused(String step);
  }
}
