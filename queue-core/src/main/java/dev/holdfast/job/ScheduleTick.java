package dev.holdfast.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tick of a schedule that a job was enqueued for, as its handler sees it. A job that is
 * attempted again has the same tick.
 *
 * @param schedule the schedule's name
 * @param nominal the instant the tick is for, which names it: what a report of "yesterday" counts
 *     from, however late the job runs. For {@link Cause#TRIGGER} the instant it was asked for
 * @param previous the tick fired before it; null: none, or not known
 * @param missed how many ticks between that one and this were missed; 10,000 means so many or more
 * @param cause why it was fired
 */
public record ScheduleTick(
    String schedule, Instant nominal, @Nullable Instant previous, long missed, Cause cause) {
  /** The header that carries it. A job with this header counts as a tick's. */
  public static final String HEADER = "holdfast.tick";

  /** Why a tick was fired. */
  public enum Cause {
    /** It was due. */
    DUE,
    /** Somebody asked for the ticks of a past time. */
    BACKFILL,
    /** Somebody asked for a run now. */
    TRIGGER
  }

  /** Checks that all parts are there. */
  public ScheduleTick {
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(nominal, "nominal");
    Objects.requireNonNull(cause, "cause");
  }

  /** Whether it was fired for a past time that somebody asked for. */
  public boolean backfilled() {
    return cause == Cause.BACKFILL;
  }

  /** The value of the header that carries it. */
  public String encode() {
    return "schedule="
        + schedule
        + ";nominal="
        + nominal
        + (previous == null ? "" : ";previous=" + previous)
        + ";missed="
        + missed
        + ";cause="
        + cause;
  }

  /** Reads it from a job's headers; empty if the job is no tick's, or what is there is no tick. */
  public static Optional<ScheduleTick> of(Map<String, String> headers) {
    String text = headers.get(HEADER);
    if (text == null) {
      return Optional.empty();
    }
    Map<String, String> parts = new LinkedHashMap<>();
    for (String part : text.split(";", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parts.put(part.substring(0, equals), part.substring(equals + 1));
      }
    }
    try {
      String previous = parts.get("previous");
      return Optional.of(
          new ScheduleTick(
              parts.getOrDefault("schedule", ""),
              Instant.parse(parts.getOrDefault("nominal", "")),
              previous == null ? null : Instant.parse(previous),
              Long.parseLong(parts.getOrDefault("missed", "0")),
              Cause.valueOf(parts.getOrDefault("cause", ""))));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
