package dev.holdfast.schedule;

import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import java.util.Map;
import java.util.Objects;

/**
 * A schedule as it is stored: what it enqueues, and when.
 *
 * @param type the type of its jobs
 * @param payload their payload, JSON
 * @param priority their priority
 * @param headers their headers
 * @param timing when it fires
 * @param misfire what becomes of missed ticks
 * @param whileRunning what becomes of a tick while an earlier job has not ended
 */
public record ScheduleDefinition(
    String type,
    byte[] payload,
    Priority priority,
    Map<String, String> headers,
    Timing timing,
    Misfire misfire,
    RunOverlap whileRunning) {
  /** Checks that all parts are there. */
  public ScheduleDefinition {
    Naming.type(type);
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(priority, "priority");
    headers = Map.copyOf(headers);
    Objects.requireNonNull(timing, "timing");
    Objects.requireNonNull(misfire, "misfire");
    Objects.requireNonNull(whileRunning, "whileRunning");
  }
}
