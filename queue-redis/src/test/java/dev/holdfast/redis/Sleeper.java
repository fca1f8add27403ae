package dev.holdfast.redis;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.job.JobType;
import java.time.Instant;

/**
 * A run that sleeps until an instant, and gives its number when it has one step behind that.
 *
 * @param number tells runs apart
 * @param until epoch ms
 */
@JobType(value = "test.sleeper", queue = "work")
public record Sleeper(int number, long until) {
  static FlowHandler<Sleeper, Integer> flow() {
    return (steps, sleeper) -> {
      steps.sleepUntil("sleep", Instant.ofEpochMilli(sleeper.until()));
      return steps.run("awake", Integer.class, context -> sleeper.number());
    };
  }
}
