package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which ticks are fired at an instant. */
class TickPlanTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static Timing minutely() {
    return new Timing(Cron.of("* * * * *", ZoneId.of("UTC")), null, null, Duration.ZERO);
  }

  private static Instant at(int minutes) {
    return NOON.plus(Duration.ofMinutes(minutes));
  }

  private static List<Instant> nominal(TickPlan plan) {
    return plan.ticks().stream().map(TickPlan.Tick::nominal).toList();
  }

  @Test
  void nothing_is_fired_before_the_next_tick() {
    TickPlan plan = TickPlan.of(minutely(), Misfire.fireOnce(), at(1), at(1).minusMillis(1), 100);
    assertThat(plan).isEqualTo(new TickPlan(List.of(), 0, at(1)));
  }

  @Test
  void a_tick_is_fired_at_its_instant() {
    TickPlan plan = TickPlan.of(minutely(), Misfire.fireOnce(), at(1), at(1), 100);
    assertThat(plan.ticks()).containsExactly(new TickPlan.Tick(at(1), 0, at(2)));
    assertThat(plan.following()).isEqualTo(at(2));
  }

  @Test
  void ticks_within_the_grace_are_fired_one_by_one_whatever_the_policy() {
    Timing secondly = new Timing(new Every(Duration.ofSeconds(1), NOON), null, null, Duration.ZERO);
    for (Misfire misfire : List.of(Misfire.fireOnce(), Misfire.skip())) {
      TickPlan plan = TickPlan.of(secondly, misfire, NOON, NOON.plusSeconds(60), 100);
      assertThat(nominal(plan)).hasSize(61).startsWith(NOON).endsWith(NOON.plusSeconds(60));
      assertThat(plan.ticks()).allMatch(tick -> tick.missed() == 0);
    }
  }

  @Test
  void of_missed_ticks_the_last_is_fired_with_the_number_of_the_others() {
    TickPlan plan = TickPlan.of(minutely(), Misfire.fireOnce(), at(1), at(10).plusSeconds(30), 100);
    // 12:10 is late by 30 s, 12:09 by 90 s: it and those before were missed.
    assertThat(plan.ticks())
        .containsExactly(new TickPlan.Tick(at(9), 8, at(10)), new TickPlan.Tick(at(10), 0, at(11)));
  }

  @Test
  void missed_ticks_are_skipped_and_counted() {
    TickPlan plan = TickPlan.of(minutely(), Misfire.skip(), at(1), at(10).plusSeconds(30), 100);
    assertThat(plan.ticks()).containsExactly(new TickPlan.Tick(at(10), 9, at(11)));
  }

  @Test
  void missed_ticks_are_counted_also_when_none_is_fired() {
    Timing hourly = new Timing(Cron.of("@hourly", ZoneId.of("UTC")), null, null, Duration.ZERO);
    TickPlan plan = TickPlan.of(hourly, Misfire.skip(), NOON, at(150), 100);
    assertThat(plan).isEqualTo(new TickPlan(List.of(), 3, at(180)));
  }

  @Test
  void all_missed_ticks_are_fired_up_to_a_number() {
    Misfire misfire = Misfire.fireAll(3, Duration.ofDays(1));
    TickPlan plan = TickPlan.of(minutely(), misfire, at(1), at(10).plusSeconds(30), 100);
    assertThat(nominal(plan)).containsExactly(at(7), at(8), at(9), at(10));
    assertThat(plan.ticks().get(0).missed()).isEqualTo(6);
  }

  @Test
  void all_missed_ticks_are_fired_up_to_an_age() {
    Misfire misfire = Misfire.fireAll(100, Duration.ofMinutes(4));
    TickPlan plan = TickPlan.of(minutely(), misfire, at(1), at(10), 100);
    assertThat(nominal(plan)).containsExactly(at(6), at(7), at(8), at(9), at(10));
    assertThat(plan.ticks().get(0).missed()).isEqualTo(5);
  }

  @Test
  void what_does_not_fit_comes_with_the_next_plan() {
    Misfire misfire = Misfire.fireAll(250, Duration.ofDays(1));
    Instant next = at(1);
    int fired = 0;
    int plans = 0;
    do {
      TickPlan plan = TickPlan.of(minutely(), misfire, next, at(250), 100);
      fired += plan.ticks().size();
      next = plan.following();
      plans++;
    } while (!next.isAfter(at(250)));
    assertThat(fired).isEqualTo(250);
    assertThat(plans).isEqualTo(3);
  }

  @Test
  void a_long_outage_is_counted_to_ten_thousand() {
    TickPlan plan =
        TickPlan.of(minutely(), Misfire.fireOnce(), at(1), at(1).plus(Duration.ofDays(300)), 100);
    assertThat(plan.ticks().get(0).missed()).isEqualTo(TickPlan.MOST_COUNTED);
  }

  @Test
  void the_spread_moves_the_firing_and_not_the_tick() {
    Timing spread =
        new Timing(Cron.of("@hourly", ZoneId.of("UTC")), null, null, Duration.ofMinutes(7));
    assertThat(TickPlan.of(spread, Misfire.fireOnce(), NOON, at(6), 9).ticks()).isEmpty();
    assertThat(nominal(TickPlan.of(spread, Misfire.fireOnce(), NOON, at(7), 9)))
        .containsExactly(NOON);
  }

  @Test
  void after_the_end_there_is_no_tick() {
    Timing bounded =
        new Timing(Cron.of("* * * * *", ZoneId.of("UTC")), at(1), at(3), Duration.ZERO);
    assertThat(bounded.next(NOON, 9)).containsExactly(at(1), at(2));
    TickPlan plan = TickPlan.of(bounded, Misfire.fireOnce(), at(1), at(500), 100);
    assertThat(plan.ticks()).containsExactly(new TickPlan.Tick(at(2), 1, null));
  }

  @Test
  void an_interval_is_counted_from_its_anchor() {
    Every every = new Every(Duration.ofMinutes(90), NOON);
    assertThat(every.next(NOON.minusSeconds(7_777))).contains(NOON);
    assertThat(every.next(NOON)).contains(at(90));
    assertThat(every.next(at(90).minusMillis(1))).contains(at(90));
    assertThat(every.next(at(90))).contains(at(180));
    assertThat(every.last(NOON.minusMillis(1))).isEmpty();
    assertThat(every.last(NOON)).contains(NOON);
    assertThat(every.last(at(100))).contains(at(90));
    assertThat(every.count(NOON, at(91), 9)).isEqualTo(2);
    assertThat(every.count(NOON.plusNanos(1), at(90), 9)).isEqualTo(0);
    assertThat(every.count(NOON.minusSeconds(5), at(9_000), 9)).isEqualTo(9);
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> new Every(Duration.ofMillis(999), NOON))
        .isInstanceOf(InvalidScheduleException.class);
    assertThatThrownBy(() -> new Every(Duration.ofSeconds(1), NOON.plusNanos(1)))
        .isInstanceOf(InvalidScheduleException.class);
    assertThatThrownBy(() -> Misfire.fireAll(0, Duration.ofDays(1)))
        .isInstanceOf(InvalidScheduleException.class);
    assertThatThrownBy(() -> Misfire.fireAll(1, Duration.ofSeconds(59)))
        .isInstanceOf(InvalidScheduleException.class);
    assertThatThrownBy(() -> Misfire.skip().withGrace(Duration.ofDays(2)))
        .isInstanceOf(InvalidScheduleException.class);
    assertThatThrownBy(() -> Misfire.skip().withGrace(Duration.ofSeconds(9)))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("10 s");
  }
}
