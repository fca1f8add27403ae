package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of ticks where clocks are changed. */
class DstTest {
  /** An expression, and the same by other means: a predicate of wall times, and its kind. */
  private record Pattern(String expression, boolean fixed, Predicate<LocalDateTime> fits) {}

  private static final List<Pattern> PATTERNS =
      List.of(
          new Pattern("0 2 * * *", true, wall -> wall.getHour() == 2 && wall.getMinute() == 0),
          new Pattern("5 2 * * *", true, wall -> wall.getHour() == 2 && wall.getMinute() == 5),
          new Pattern(
              "10,40 0,1,2,3 * * *",
              true,
              wall -> wall.getHour() <= 3 && (wall.getMinute() == 10 || wall.getMinute() == 40)),
          new Pattern("0 0-23 * * *", true, wall -> wall.getMinute() == 0),
          new Pattern("0 0 * * *", true, wall -> wall.getHour() == 0 && wall.getMinute() == 0),
          new Pattern("*/15 * * * *", false, wall -> wall.getMinute() % 15 == 0),
          new Pattern("7 * * * *", false, wall -> wall.getMinute() == 7),
          new Pattern(
              "*/20 2 * * *", false, wall -> wall.getHour() == 2 && wall.getMinute() % 20 == 0));

  /**
   * The ticks in a window, found minute by minute: from what the clocks of the zone show, and
   * showed a minute before, alone.
   */
  private static List<Instant> walk(
      Pattern pattern, ZoneId zone, Instant from, Instant to, DstGap gap, DstOverlap overlap) {
    boolean shifts = gap == DstGap.SHIFT || (gap == DstGap.BY_PATTERN && pattern.fixed());
    DstOverlap chosen =
        overlap != DstOverlap.BY_PATTERN
            ? overlap
            : pattern.fixed() ? DstOverlap.FIRST : DstOverlap.BOTH;
    TreeSet<Instant> ticks = new TreeSet<>();
    Map<LocalDateTime, Instant> shown = new HashMap<>();
    LocalDateTime before = null;
    // A day before and after, so that every wall time is seen as often as the clocks show it.
    for (Instant at = from.minus(Duration.ofHours(26));
        at.isBefore(to.plus(Duration.ofHours(26)));
        at = at.plusSeconds(60)) {
      LocalDateTime wall = at.atZone(zone).toLocalDateTime();
      if (before != null && shifts) {
        for (LocalDateTime skipped = before.plusMinutes(1);
            skipped.isBefore(wall);
            skipped = skipped.plusMinutes(1)) {
          if (pattern.fits().test(skipped)) {
            ticks.add(at);
          }
        }
      }
      if (pattern.fits().test(wall)) {
        Instant first = shown.putIfAbsent(wall, at);
        if (first == null || chosen != DstOverlap.FIRST) {
          ticks.add(at);
        }
        if (first != null && chosen == DstOverlap.LAST) {
          ticks.remove(first);
        }
      }
      before = wall;
    }
    return ticks.stream()
        .filter(tick -> !tick.isBefore(from) && tick.isBefore(to))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static List<Instant> ticks(When cron, Instant from, Instant to) {
    List<Instant> ticks = new ArrayList<>();
    Instant tick = cron.next(from.minusNanos(1)).orElseThrow();
    while (tick.isBefore(to)) {
      ticks.add(tick);
      tick = cron.next(tick).orElseThrow();
    }
    return ticks;
  }

  private static List<Instant> backwards(When cron, Instant from, Instant to) {
    List<Instant> ticks = new ArrayList<>();
    Instant tick = cron.last(to.minusNanos(1)).orElseThrow();
    while (!tick.isBefore(from)) {
      ticks.add(0, tick);
      tick = cron.last(tick.minusNanos(1)).orElseThrow();
    }
    return ticks;
  }

  private static void check(
      Pattern pattern, ZoneId zone, Instant from, Instant to, DstGap gap, DstOverlap overlap) {
    Cron cron = Cron.of(pattern.expression(), zone, gap, overlap);
    List<Instant> walked = walk(pattern, zone, from, to, gap, overlap);
    assertThat(ticks(cron, from, to))
        .as("%s in %s from %s to %s, %s %s", pattern.expression(), zone, from, to, gap, overlap)
        .isEqualTo(walked);
    assertThat(backwards(cron, from, to))
        .as("backwards, %s in %s from %s to %s", pattern.expression(), zone, from, to)
        .isEqualTo(walked);
  }

  @Test
  void every_zone_agrees_with_a_walk_minute_by_minute_around_every_change_of_two_years() {
    int changes = 0;
    for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
      ZoneId zone = ZoneId.of(id);
      Instant end = Instant.parse("2028-01-01T00:00:00Z");
      ZoneOffsetTransition change =
          zone.getRules().nextTransition(Instant.parse("2026-01-01T00:00:00Z"));
      while (change != null && change.getInstant().isBefore(end)) {
        changes++;
        Instant at = change.getInstant();
        Pattern pattern = PATTERNS.get(changes % PATTERNS.size());
        for (Pattern each : changes % 16 < 2 ? PATTERNS : List.of(pattern)) {
          check(
              each,
              zone,
              at.minus(Duration.ofHours(5)),
              at.plus(Duration.ofHours(5)),
              DstGap.BY_PATTERN,
              DstOverlap.BY_PATTERN);
        }
        change = zone.getRules().nextTransition(at);
      }
    }
    // Two a year in each of some two hundred zones with daylight saving.
    assertThat(changes).isGreaterThan(500);
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin,       2026-03-29T01:00:00Z",
    "Europe/Berlin,       2026-10-25T01:00:00Z",
    "America/New_York,    2026-03-08T07:00:00Z",
    "America/New_York,    2026-11-01T06:00:00Z",
    "Australia/Lord_Howe, 2026-10-03T15:30:00Z",
    "Australia/Lord_Howe, 2026-04-04T15:00:00Z",
    "America/Sao_Paulo,   2018-11-04T03:00:00Z",
    "Africa/Casablanca,   2026-02-15T02:00:00Z",
    "Pacific/Apia,        2011-12-30T10:00:00Z",
    "Antarctica/Troll,    2026-03-29T01:00:00Z",
    "Antarctica/Troll,    2026-10-25T01:00:00Z",
  })
  void every_rule_agrees_with_a_walk_minute_by_minute(String id, Instant at) {
    ZoneId zone = ZoneId.of(id);
    assertThat(zone.getRules().nextTransition(at.minusSeconds(1)).getInstant()).isEqualTo(at);
    for (Pattern pattern : PATTERNS) {
      for (DstGap gap : DstGap.values()) {
        for (DstOverlap overlap : DstOverlap.values()) {
          check(
              pattern,
              zone,
              at.minus(Duration.ofHours(30)),
              at.plus(Duration.ofHours(30)),
              gap,
              overlap);
        }
      }
    }
  }

  private static List<String> next(String expression, String zone, String after, int count) {
    return new Timing(Cron.of(expression, ZoneId.of(zone)), null, null, Duration.ZERO)
        .next(Instant.parse(after), count).stream().map(Instant::toString).toList();
  }

  @Test
  void five_past_two_in_berlin_fires_at_three_when_clocks_go_forward() {
    assertThat(next("5 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:05:00Z");
  }

  @Test
  void five_past_two_in_berlin_fires_once_when_clocks_go_back() {
    assertThat(next("5 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:05:00Z", "2026-10-26T01:05:00Z");
  }

  @Test
  void every_half_hour_in_berlin_goes_on_when_clocks_go_back() {
    assertThat(next("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:59:00Z", 5))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z");
  }

  @Test
  void lord_howe_puts_its_clocks_forward_by_half_an_hour() {
    assertThat(next("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 1))
        .containsExactly("2026-10-03T15:30:00Z");
    assertThat(next("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T10:00:00Z", 2))
        .containsExactly("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z");
  }

  @Test
  void apia_had_no_30th_of_december_in_2011() {
    // Nine o'clock of the day that was left out comes with the first instant after it.
    assertThat(next("0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3))
        .containsExactly("2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z");
  }

  @Test
  void midnight_that_does_not_exist_is_the_first_instant_of_the_day() {
    assertThat(next("@daily", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2))
        .containsExactly("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z");
  }
}
