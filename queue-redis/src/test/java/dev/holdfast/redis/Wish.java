package dev.holdfast.redis;

import dev.holdfast.event.Awaits;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobType;
import java.time.Duration;

/**
 * A run that does nothing but wait for its signal, and gives what that says.
 *
 * @param number the key of the signal
 */
@JobType(value = "test.wish", queue = "work")
@Awaits(value = Signal.class, key = "/number")
public record Wish(int number) {
  /** What a run gives that heard nothing in time. */
  public static final String IN_VAIN = "in vain";

  static FlowHandler<Wish, String> flow() {
    return (steps, wish) ->
        steps
            .waitFor(
                "signal",
                Wait.on(Signal.class)
                    .key(Integer.toString(wish.number()))
                    .within(Duration.ofMinutes(10)))
            .map(signal -> signal.payload().text())
            .orElse(IN_VAIN);
  }
}
