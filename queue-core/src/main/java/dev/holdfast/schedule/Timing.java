package dev.holdfast.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule fires, within its bounds. A tick has a nominal instant, which {@link #when} says
 * and which names it for ever; it is fired {@link #spread} later.
 *
 * @param when the ticks
 * @param from no tick before it; null: no bound
 * @param until no tick at or after it; null: no bound
 * @param spread how much later than its nominal instant every tick is fired, whole milliseconds,
 *     zero to one day
 */
public record Timing(When when, @Nullable Instant from, @Nullable Instant until, Duration spread) {
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final Duration MOST_SPREAD = Duration.ofDays(1);

  /**
   * Checks the settings.
   *
   * @throws InvalidScheduleException if they contradict each other, or no tick is between the
   *     bounds
   */
  public Timing {
    Objects.requireNonNull(when, "when");
    if (from != null) {
      requireStorable("from", from);
    }
    if (until != null) {
      requireStorable("until", until);
    }
    if (spread.isNegative() || spread.compareTo(MOST_SPREAD) > 0) {
      throw new InvalidScheduleException("spread is " + spread + "; it must be zero to one day");
    }
    Instant start = from == null ? Instant.EPOCH : from;
    Optional<Instant> first = when.next(start.minusNanos(1));
    if (first.isEmpty()) {
      throw new InvalidScheduleException(
          when.describe() + " never fires: no date is like that, in 400 years from " + start);
    }
    if (until != null && !first.get().isBefore(until)) {
      throw new InvalidScheduleException(
          when.describe()
              + " never fires: its first tick from "
              + start
              + " on is "
              + first.get()
              + ", and it ends before "
              + until);
    }
  }

  /** Checks that an instant is one that engines store: whole milliseconds, 1970 to 9999. */
  static void requireStorable(String what, Instant instant) {
    if (instant.isBefore(Instant.EPOCH)
        || instant.isAfter(LAST)
        || !instant.equals(instant.truncatedTo(ChronoUnit.MILLIS))) {
      throw new InvalidScheduleException(
          what + " is " + instant + "; it must be 1970 to 9999, in whole milliseconds");
    }
  }

  /** The first tick strictly after an instant, by its nominal instant; empty: none is left. */
  public Optional<Instant> next(Instant after) {
    Instant start = from != null && after.isBefore(from) ? from.minusNanos(1) : after;
    return when.next(start).filter(tick -> until == null || tick.isBefore(until));
  }

  /** The next ticks after an instant, at most so many; fewer if the schedule ends. */
  public List<Instant> next(Instant after, int count) {
    List<Instant> ticks = new ArrayList<>(count);
    Optional<Instant> tick = next(after);
    while (tick.isPresent() && ticks.size() < count) {
      ticks.add(tick.get());
      tick = next(tick.get());
    }
    return ticks;
  }

  /** The last tick before an instant; empty if there is none. */
  Optional<Instant> lastBefore(Instant before) {
    Instant end = until != null && until.isBefore(before) ? until : before;
    return when.last(end.minusNanos(1)).filter(tick -> from == null || !tick.isBefore(from));
  }

  /** How many ticks from an instant on before another; {@code most} means so many or more. */
  long count(Instant first, Instant before, int most) {
    Instant start = from != null && first.isBefore(from) ? from : first;
    Instant end = until != null && until.isBefore(before) ? until : before;
    return start.isBefore(end) ? when.count(start, end, most) : 0;
  }

  /** When a tick is fired. */
  public Instant fireAt(Instant tick) {
    return tick.plus(spread);
  }
}
