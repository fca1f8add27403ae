package dev.holdfast.redis;

import dev.holdfast.event.Awaits;
import dev.holdfast.job.JobType;
import java.util.List;

/**
 * A run of {@link TripFlow}.
 *
 * @param number tells runs apart in the history, and is the key of the signal it waits for
 * @param stops the points where it stays when it comes there first: {@code <step>:before} or {@code
 *     <step>:after} the effect of a step, {@code between} two steps
 * @param gates whether it stays there only until the file {@code gate-<number>} is there, and, when
 *     it comes there a second time, {@code gate-<number + 1000>}; else until its JVM ends
 * @param napMs how long it sleeps
 */
@JobType(value = "test.trip", queue = "work")
@Awaits(value = Signal.class, key = "/number")
public record Trip(int number, List<String> stops, boolean gates, long napMs) {
  private static final long SHORT_NAP_MS = 20;

  /** Goes through without a stop. */
  public static Trip through(int number) {
    return new Trip(number, List.of(), false, SHORT_NAP_MS);
  }

  /** Stays at points for ever, the first time it comes there. */
  public static Trip staying(int number, String... points) {
    return new Trip(number, List.of(points), false, SHORT_NAP_MS);
  }

  /** Stays at points until their gates are opened. */
  public static Trip gated(int number, String... points) {
    return new Trip(number, List.of(points), true, SHORT_NAP_MS);
  }

  /** Sleeps for so long, and does not stay elsewhere. */
  public static Trip sleeping(int number, long ms) {
    return new Trip(number, List.of(), false, ms);
  }
}
