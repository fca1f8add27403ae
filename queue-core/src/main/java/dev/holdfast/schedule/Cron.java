package dev.holdfast.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fires at the wall times a cron expression names, on the clocks of a time zone.
 *
 * <p>Five fields (minute, hour, day of month, month, day of week) or six (second first). Each is a
 * number, a name ({@code JAN}, {@code MON}), a range, a list, a step ({@code *}{@code /15}, {@code
 * 10-40/10}, {@code 5/20}) or {@code *}; {@code L} is the last day of the month, {@code FRI#2} the
 * second Friday, {@code 5L} the last one; days of the week are 0 to 7, Sunday is 0 and 7. {@code
 * @yearly @annually @monthly @weekly @daily @midnight @hourly} stand for what they say. If both
 * days are given, a date that fits one of them fits.
 *
 * <p>An instant is a tick if the clocks of the zone show a time that the expression names. Two
 * things are to be settled where clocks are changed, and two kinds of patterns are told apart for
 * that: a <i>running</i> one, whose second, minute or hour has a {@code *} or a step, says how much
 * time is between ticks; a <i>fixed</i> one says at what time of the day.
 *
 * <ul>
 *   <li>A wall time that does not exist: {@link DstGap}.
 *   <li>A wall time that comes twice: {@link DstOverlap}.
 * </ul>
 *
 * <p>Immutable; two are equal if all they were made of is.
 */
public final class Cron implements When {
  private static final long SEARCHED_SECONDS = ChronoUnit.YEARS.getDuration().toSeconds() * 400;

  private final String expression;
  private final ZoneId zone;
  private final DstGap gap;
  private final DstOverlap overlap;
  private final CronTimes times;
  private final ZoneRules rules;
  private final boolean shifts;
  private final DstOverlap chosen;

  private Cron(String expression, ZoneId zone, DstGap gap, DstOverlap overlap) {
    this.expression = Objects.requireNonNull(expression, "expression").strip();
    this.zone = Objects.requireNonNull(zone, "zone");
    this.gap = Objects.requireNonNull(gap, "gap");
    this.overlap = Objects.requireNonNull(overlap, "overlap");
    requireIana(zone);
    this.times = CronReader.read(this.expression);
    this.rules = zone.getRules();
    this.shifts = gap == DstGap.SHIFT || (gap == DstGap.BY_PATTERN && !times.isRunning());
    this.chosen =
        overlap != DstOverlap.BY_PATTERN
            ? overlap
            : times.isRunning() ? DstOverlap.BOTH : DstOverlap.FIRST;
  }

  /**
   * An expression in a zone, clock changes by the kind of the pattern.
   *
   * @param zone an IANA zone, such as {@code ZoneId.of("Europe/Paris")} or {@code ZoneId.of("UTC")}
   * @throws InvalidScheduleException if the expression is none, or the zone is no IANA zone
   */
  public static Cron of(String expression, ZoneId zone) {
    return of(expression, zone, DstGap.BY_PATTERN, DstOverlap.BY_PATTERN);
  }

  /**
   * An expression in a zone, clock changes as given.
   *
   * @throws InvalidScheduleException if the expression is none, or the zone is no IANA zone
   */
  public static Cron of(String expression, ZoneId zone, DstGap gap, DstOverlap overlap) {
    return new Cron(expression, zone, gap, overlap);
  }

  /**
   * The zone of a name.
   *
   * @throws InvalidScheduleException if it is no IANA zone that this JVM knows
   */
  public static ZoneId zone(String name) {
    try {
      ZoneId zone = ZoneId.of(name);
      requireIana(zone);
      return zone;
    } catch (DateTimeException e) {
      throw new InvalidScheduleException("zone " + name + " is not known: " + e.getMessage(), e);
    }
  }

  private static void requireIana(ZoneId zone) {
    // An offset is no zone: it knows of no change of clocks, and is most often meant as one.
    if (!ZoneId.getAvailableZoneIds().contains(zone.getId())) {
      throw new InvalidScheduleException(
          "zone "
              + zone
              + " is no IANA zone; use one such as ZoneId.of(\"Europe/Paris\"), or"
              + " ZoneId.of(\"UTC\")");
    }
  }

  /** The expression as given, without blanks around it. */
  public String expression() {
    return expression;
  }

  /** The zone whose clocks count. */
  public ZoneId zone() {
    return zone;
  }

  /** What becomes of wall times that do not exist, as given. */
  public DstGap gap() {
    return gap;
  }

  /** What becomes of wall times that come twice, as given. */
  public DstOverlap overlap() {
    return overlap;
  }

  /** Whether the second, the minute or the hour has a {@code *} or a step. */
  public boolean isRunning() {
    return times.isRunning();
  }

  @Override
  public Optional<Instant> next(Instant after) {
    Instant start = after;
    Instant limit = after.plusSeconds(SEARCHED_SECONDS);
    while (start.isBefore(limit)) {
      ZoneOffset offset = rules.getOffset(start);
      ZoneOffsetTransition change = rules.nextTransition(start);
      LocalDateTime wall =
          times.after(LocalDateTime.ofEpochSecond(start.getEpochSecond(), 0, offset));
      if (wall == null) {
        return Optional.empty();
      }
      // With this offset until the clocks change; what comes twice may not count here.
      while (wall != null && (change == null || wall.isBefore(change.getDateTimeBefore()))) {
        if (counts(wall, offset)) {
          return Optional.of(wall.toInstant(offset));
        }
        wall = times.after(wall);
      }
      if (change == null) {
        return Optional.empty();
      }
      if (ticksAt(change)) {
        return Optional.of(change.getInstant());
      }
      start = change.getInstant();
    }
    return Optional.empty();
  }

  @Override
  public Optional<Instant> last(Instant until) {
    Instant end = until;
    Instant limit = until.minusSeconds(SEARCHED_SECONDS);
    while (end.isAfter(limit)) {
      ZoneOffset offset = rules.getOffset(end);
      // The last change at or before the end.
      ZoneOffsetTransition change = rules.previousTransition(end.plusNanos(1));
      LocalDateTime wall = times.upTo(LocalDateTime.ofEpochSecond(end.getEpochSecond(), 0, offset));
      while (wall != null && (change == null || wall.isAfter(change.getDateTimeAfter()))) {
        if (counts(wall, offset)) {
          return Optional.of(wall.toInstant(offset));
        }
        wall = times.upTo(wall.minusSeconds(1));
      }
      if (change == null) {
        return Optional.empty();
      }
      if (ticksAt(change)) {
        return Optional.of(change.getInstant());
      }
      end = change.getInstant().minusNanos(1);
    }
    return Optional.empty();
  }

  /** Whether a wall time that comes once, or twice, is a tick at this offset. */
  private boolean counts(LocalDateTime wall, ZoneOffset offset) {
    if (chosen == DstOverlap.BOTH) {
      return true;
    }
    List<ZoneOffset> offsets = rules.getValidOffsets(wall);
    return offsets.size() < 2 || offsets.get(chosen == DstOverlap.FIRST ? 0 : 1).equals(offset);
  }

  /**
   * Whether the instant of a change is a tick: by its wall time, or by those that were left out.
   */
  private boolean ticksAt(ZoneOffsetTransition change) {
    LocalDateTime first = change.getDateTimeAfter();
    if (first.equals(times.upTo(first)) && counts(first, change.getOffsetAfter())) {
      return true;
    }
    if (!change.isGap() || !shifts) {
      return false;
    }
    LocalDateTime within = times.after(change.getDateTimeBefore().minusSeconds(1));
    return within != null && within.isBefore(first);
  }

  @Override
  public long count(Instant from, Instant before, int most) {
    long count = 0;
    Instant at = from.minusNanos(1);
    while (count < most) {
      Instant tick = next(at).orElse(null);
      if (tick == null || !tick.isBefore(before)) {
        return count;
      }
      count++;
      at = tick;
    }
    return count;
  }

  @Override
  public String describe() {
    return "cron \"" + expression + "\" in " + zone;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Cron cron
        && expression.equals(cron.expression)
        && zone.equals(cron.zone)
        && gap == cron.gap
        && overlap == cron.overlap;
  }

  @Override
  public int hashCode() {
    return Objects.hash(expression, zone, gap, overlap);
  }

  @Override
  public String toString() {
    return describe();
  }
}
