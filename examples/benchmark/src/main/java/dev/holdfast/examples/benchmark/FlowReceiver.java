package dev.holdfast.examples.benchmark;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Steps;

/**
 * The flow of every worker here: steps that do nothing, perhaps a sleep, then what the run wants.
 */
final class FlowReceiver implements FlowHandler<FlowNoop, Void> {
  private volatile Deliveries slept = new Deliveries(0);
  private volatile Ending ending =
      number -> {
        throw new BrokenDeliveryException("run " + number + " ends before the row has begun");
      };

  /** What is done at the end of a run. */
  @FunctionalInterface
  interface Ending {
    void ended(int number);
  }

  /** From now on the ends of runs are handed to this. */
  void with(Ending next) {
    ending = next;
  }

  /** From now on runs that come to their sleep are counted here. */
  void beforeSleeping(Deliveries deliveries) {
    slept = deliveries;
  }

  @Override
  public Void run(Steps steps, FlowNoop payload) {
    for (int step = 0; step < payload.steps(); step++) {
      steps.run("step", Integer.class, context -> 1);
    }
    if (payload.wakeAt() != null) {
      if (!steps.replaying()) {
        slept.handled(payload.number());
      }
      steps.sleepUntil("until due", payload.wakeAt());
    }
    ending.ended(payload.number());
    return null;
  }
}
