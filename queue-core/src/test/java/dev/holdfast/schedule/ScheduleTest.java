package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.job.ScheduleTick.Cause;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a schedule may be, and what its jobs carry. */
class ScheduleTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static Schedule.Builder daily(String name) {
    return Schedule.builder(name, "payload").cron("@daily", UTC);
  }

  @Test
  void the_defaults_are_the_cautious_ones() {
    Schedule schedule = daily("daily").build();
    assertThat(schedule.misfire()).isEqualTo(Misfire.fireOnce());
    assertThat(schedule.misfire().grace()).isEqualTo(Duration.ofMinutes(1));
    assertThat(schedule.whileRunning()).isEqualTo(RunOverlap.SKIP);
    assertThat(schedule.timing().spread()).isZero();
    assertThat(schedule.next(NOON, 2))
        .containsExactly(
            Instant.parse("2026-06-02T00:00:00Z"), Instant.parse("2026-06-03T00:00:00Z"));
  }

  @Test
  void what_cannot_be_is_refused() {
    List<Runnable> wrong =
        List.of(
            () -> Schedule.builder("no time", "p"),
            () -> Schedule.builder("when", "p").build(),
            () -> daily("spread").spread(Duration.ofHours(25)).build(),
            () -> daily("spread").spread(Duration.ofMillis(-1)).build(),
            () -> daily("bounds").from(NOON).until(NOON).build(),
            () -> daily("nanos").from(NOON.plusNanos(1)).build(),
            () -> daily("header").header(ScheduleTick.HEADER, "x").build(),
            () -> daily("header").header("a b", "x").build());
    for (Runnable each : wrong) {
      assertThatThrownBy(each::run).isInstanceOf(HoldfastException.class);
    }
  }

  @Test
  void the_spread_follows_from_the_name_and_fills_its_window() {
    Duration window = Duration.ofMinutes(10);
    assertThat(Schedule.spreadOf("a", window)).isEqualTo(Schedule.spreadOf("a", window));
    List<Long> minutes =
        IntStream.range(0, 1_000)
            .mapToObj(i -> Schedule.spreadOf("customer-" + i, window).toMinutes())
            .toList();
    for (long minute = 0; minute < 10; minute++) {
      long each = minute;
      assertThat(minutes.stream().filter(m -> m == each))
          .as("minute %d", minute)
          .hasSizeBetween(60, 140);
    }
    // A number that is stored and compared: it must not change between versions.
    assertThat(Schedule.spreadOf("invoices.archive", window))
        .isEqualTo(Schedule.spreadOf("invoices.archive", window))
        .isLessThan(window);
  }

  @Test
  void a_tick_is_remembered_for_a_hundred_ticks_within_bounds() {
    assertThat(TickJobs.kept(NOON, NOON.plusSeconds(3_600))).isEqualTo(Duration.ofHours(100));
    assertThat(TickJobs.kept(NOON, NOON.plusMillis(1))).isEqualTo(Duration.ofMinutes(1));
    assertThat(TickJobs.kept(NOON, NOON.plusSeconds(1))).isEqualTo(Duration.ofSeconds(100));
    assertThat(TickJobs.kept(NOON, NOON.plus(Duration.ofDays(1)))).isEqualTo(Duration.ofDays(90));
    assertThat(TickJobs.kept(NOON, Instant.MAX)).isEqualTo(Duration.ofDays(90));
    assertThat(TickJobs.kept(NOON, null)).isEqualTo(Duration.ofDays(90));
    assertThat(TickJobs.key("daily", NOON)).isEqualTo("tick:daily:1780315200000");
  }

  @Test
  void a_tick_travels_as_a_header() {
    ScheduleTick tick = new ScheduleTick("daily", NOON, NOON.minusSeconds(1), 3, Cause.BACKFILL);
    assertThat(ScheduleTick.of(Map.of(ScheduleTick.HEADER, tick.encode()))).contains(tick);
    ScheduleTick first = new ScheduleTick("daily", NOON, null, 0, Cause.DUE);
    assertThat(ScheduleTick.of(Map.of(ScheduleTick.HEADER, first.encode()))).contains(first);
    assertThat(ScheduleTick.of(Map.of())).isEmpty();
    for (String rubbish : List.of("", "x", "nominal=now;cause=DUE", "nominal=" + NOON, ";;==")) {
      assertThat(ScheduleTick.of(Map.of(ScheduleTick.HEADER, rubbish))).isEmpty();
    }
  }

  @Test
  void an_id_is_read_as_it_is_written() {
    ScheduleId id = new ScheduleId("billing", "invoices.archive");
    assertThat(id).hasToString("billing~invoices.archive");
    assertThat(ScheduleId.parse(id.toString())).isEqualTo(id);
    assertThatThrownBy(() -> ScheduleId.parse("billing")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> ScheduleId.parse("billing~a~b"))
        .isInstanceOf(InvalidNameException.class);
  }
}
