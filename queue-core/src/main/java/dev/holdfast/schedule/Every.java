package dev.holdfast.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Fires at fixed intervals: at {@code anchor + k · interval} for k = 0, 1, 2, … It knows no zone:
 * an interval of 24 hours is not a day where clocks change. Ticks do not move when a worker starts,
 * a deploy comes or a job takes long; they follow from the anchor alone.
 *
 * @param interval from tick to tick, whole milliseconds, 1 s to 3,660 days
 * @param anchor the first tick, whole milliseconds, 1970 to 9999
 */
public record Every(Duration interval, Instant anchor) implements When {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofDays(3660);

  /**
   * Checks the settings.
   *
   * @throws InvalidScheduleException if one is out of range
   */
  public Every {
    Objects.requireNonNull(interval, "interval");
    Objects.requireNonNull(anchor, "anchor");
    if (interval.compareTo(LEAST) < 0
        || interval.compareTo(MOST) > 0
        || interval.toNanosPart() % 1_000_000 != 0) {
      throw new InvalidScheduleException(
          "interval is " + interval + "; it must be 1 s to 3,660 days, in whole milliseconds");
    }
    Timing.requireStorable("anchor", anchor);
  }

  @Override
  public Optional<Instant> next(Instant after) {
    return Optional.of(
        after.isBefore(anchor)
            ? anchor
            : tick(Math.floorDiv(since(after), interval.toMillis()) + 1));
  }

  @Override
  public Optional<Instant> last(Instant until) {
    return until.isBefore(anchor)
        ? Optional.empty()
        : Optional.of(tick(Math.floorDiv(since(until), interval.toMillis())));
  }

  @Override
  public long count(Instant from, Instant before, int most) {
    long first = from.isAfter(anchor) ? ceilDiv(since(ceil(from)), interval.toMillis()) : 0;
    long end = before.isAfter(anchor) ? ceilDiv(since(ceil(before)), interval.toMillis()) : 0;
    return Math.max(0, Math.min(most, end - first));
  }

  /** Ticks are whole milliseconds: from a part of one on means from the next one on. */
  private static Instant ceil(Instant instant) {
    Instant floor = Instant.ofEpochMilli(instant.toEpochMilli());
    return floor.equals(instant) ? floor : floor.plusMillis(1);
  }

  private static long ceilDiv(long number, long by) {
    return -Math.floorDiv(-number, by);
  }

  private long since(Instant instant) {
    return instant.toEpochMilli() - anchor.toEpochMilli();
  }

  private Instant tick(long number) {
    return anchor.plusMillis(Math.multiplyExact(number, interval.toMillis()));
  }

  @Override
  public String describe() {
    return "every " + interval + " since " + anchor;
  }
}
