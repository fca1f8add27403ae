package dev.holdfast.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an expression means, on clocks that are never changed. */
class CronTest {
  private static final ZoneId UTC = ZoneId.of("UTC");

  /** 2026-01-01 is a Thursday. */
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static List<String> next(String expression, int count) {
    Timing timing = new Timing(Cron.of(expression, UTC), null, null, Duration.ZERO);
    return timing.next(START, count).stream()
        .map(tick -> DateTimeFormatter.ofPattern("MM-dd HH:mm:ss").format(tick.atZone(UTC)))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 6 * * *           | 01-01 06:00:00, 01-02 06:00:00",
        "15 10 0 * * *       | 01-01 00:10:15, 01-02 00:10:15",
        "*/20 * * * *        | 01-01 00:20:00, 01-01 00:40:00, 01-01 01:00:00",
        "5/20 * * * *        | 01-01 00:05:00, 01-01 00:25:00, 01-01 00:45:00, 01-01 01:05:00",
        "10-30/10 4 * * *    | 01-01 04:10:00, 01-01 04:20:00, 01-01 04:30:00, 01-02 04:10:00",
        "1,2,5-6 0 1 1 *     | 01-01 00:01:00, 01-01 00:02:00, 01-01 00:05:00, 01-01 00:06:00",
        "* * * * * *         | 01-01 00:00:01, 01-01 00:00:02",
        "0 0 * * MON-FRI     | 01-02 00:00:00, 01-05 00:00:00",
        "0 0 * * mon,wed     | 01-05 00:00:00, 01-07 00:00:00, 01-12 00:00:00",
        "0 0 * * 0           | 01-04 00:00:00, 01-11 00:00:00",
        "0 0 * * 7           | 01-04 00:00:00, 01-11 00:00:00",
        "0 0 * * 6-7         | 01-03 00:00:00, 01-04 00:00:00, 01-10 00:00:00",
        "0 0 * * 0-2         | 01-04 00:00:00, 01-05 00:00:00, 01-06 00:00:00, 01-11 00:00:00",
        "0 0 * * 5L          | 01-30 00:00:00, 02-27 00:00:00, 03-27 00:00:00",
        "0 0 * * FRIL        | 01-30 00:00:00, 02-27 00:00:00",
        "0 0 * * FRI#2       | 01-09 00:00:00, 02-13 00:00:00",
        "0 0 * * 5#5         | 01-30 00:00:00, 05-29 00:00:00",
        "0 0 * * 0#1         | 01-04 00:00:00, 02-01 00:00:00",
        "0 0 * * 7#1         | 01-04 00:00:00, 02-01 00:00:00",
        "0 0 L * *           | 01-31 00:00:00, 02-28 00:00:00, 03-31 00:00:00",
        "0 0 15,L * ?        | 01-15 00:00:00, 01-31 00:00:00, 02-15 00:00:00",
        "0 0 ? * TUE         | 01-06 00:00:00, 01-13 00:00:00",
        "0 0 13 * FRI        | 01-02 00:00:00, 01-09 00:00:00, 01-13 00:00:00, 01-16 00:00:00",
        "0 0 31 * *          | 01-31 00:00:00, 03-31 00:00:00, 05-31 00:00:00",
        "0 0 1 JAN,jul *     | 07-01 00:00:00, 01-01 00:00:00",
        "0 0 1 */3 *         | 04-01 00:00:00, 07-01 00:00:00, 10-01 00:00:00",
        "@hourly             | 01-01 01:00:00, 01-01 02:00:00",
        "@daily              | 01-02 00:00:00, 01-03 00:00:00",
        "@midnight           | 01-02 00:00:00, 01-03 00:00:00",
        "@weekly             | 01-04 00:00:00, 01-11 00:00:00",
        "@monthly            | 02-01 00:00:00, 03-01 00:00:00",
        "@yearly             | 01-01 00:00:00",
        "@Annually           | 01-01 00:00:00",
      })
  void an_expression_names_these_times(String expression, String times) {
    List<String> expected = List.of(times.split(", "));
    assertThat(next(expression, expected.size())).isEqualTo(expected);
  }

  @Test
  void the_29th_of_february_is_found_over_the_years_without_one() {
    Cron cron = Cron.of("0 0 29 2 *", UTC);
    assertThat(cron.next(Instant.parse("2096-03-01T00:00:00Z")))
        .contains(Instant.parse("2104-02-29T00:00:00Z"));
    assertThat(cron.last(Instant.parse("2104-02-28T00:00:00Z")))
        .contains(Instant.parse("2096-02-29T00:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 6 * *                | 4 fields",
        "0 0 6 * * * 2026       | 7 fields",
        "60 * * * *             | 60",
        "* 24 * * *             | 24",
        "* * 0 * *              | 0",
        "* * 32 * *             | 32",
        "* * * 13 *             | 13",
        "* * * * 8              | 8",
        "* * * * FOO            | cannot be used",
        "*/0 * * * *            | cannot be used",
        "5-1 * * * *            | cannot be used",
        "a * * * *              | cannot be used",
        "* * * * FRI#6          | cannot be used",
        "* * * * FRI#0          | cannot be used",
        "@reboot                | @daily",
        "* * 15W * *            | cannot be used",
        "* * L-3 * *            | cannot be used",
        "1,,2 * * * *           | cannot be used",
        "-1 * * * *             | cannot be used",
        "? * * * *              | cannot be used",
      })
  void what_is_no_expression_is_refused_with_the_reason(String expression, String reason) {
    assertThatThrownBy(() -> Cron.of(expression, UTC))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining(expression.strip())
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 ?", "0 0 0 30 FEB *"})
  void what_never_fires_is_refused_with_the_reason(String expression) {
    Cron never = Cron.of(expression, UTC);
    assertThat(never.next(START)).isEmpty();
    assertThat(never.last(START)).isEmpty();
    assertThatThrownBy(() -> new Timing(never, null, null, Duration.ZERO))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("never fires");
  }

  @Test
  void what_ends_before_its_first_tick_is_refused() {
    assertThatThrownBy(
            () ->
                new Timing(
                    Cron.of("0 0 29 2 *", UTC),
                    START,
                    Instant.parse("2028-02-29T00:00:00Z"),
                    Duration.ZERO))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("2028-02-29");
  }

  @Test
  void an_offset_is_no_zone() {
    for (ZoneId none : List.of(ZoneOffset.UTC, ZoneOffset.ofHours(2), ZoneId.of("UTC+2"))) {
      assertThatThrownBy(() -> Cron.of("@daily", none))
          .isInstanceOf(InvalidScheduleException.class)
          .hasMessageContaining("IANA");
    }
    assertThatThrownBy(() -> Cron.zone("Europe/Nowhere"))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("Europe/Nowhere");
    assertThat(Cron.zone("Europe/Paris")).isEqualTo(ZoneId.of("Europe/Paris"));
  }

  @Test
  void random_expressions_agree_with_another_implementation_where_the_clock_is_never_changed() {
    CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 400; i++) {
      String expression = expression(random);
      ExecutionTime other = ExecutionTime.forCron(parser.parse(expression));
      Cron cron = Cron.of(expression, UTC);
      ZonedDateTime at = START.atZone(UTC);
      for (int n = 0; n < 20; n++) {
        at = other.nextExecution(at).orElseThrow();
        assertThat(cron.next(at.toInstant().minusSeconds(30)))
            .as("%s before %s", expression, at)
            .contains(at.toInstant());
      }
      at = START.atZone(UTC);
      for (int n = 0; n < 20; n++) {
        at = other.lastExecution(at).orElseThrow();
        assertThat(cron.last(at.toInstant().plusSeconds(30)))
            .as("%s after %s", expression, at)
            .contains(at.toInstant());
      }
    }
  }

  private static String expression(SplittableRandom random) {
    List<String> fields = new ArrayList<>();
    int[][] bounds = {{0, 59}, {0, 23}, {1, 28}, {1, 12}, {0, 6}};
    // Of two days only one: of two, the other implementation makes something else now and then.
    int without = random.nextBoolean() ? 2 : 4;
    for (int f = 0; f < bounds.length; f++) {
      int least = bounds[f][0];
      int most = bounds[f][1];
      int one = random.nextInt(least, most + 1);
      int two = random.nextInt(one, most + 1);
      fields.add(
          f == without
              ? "*"
              : switch (random.nextInt(6)) {
                case 0 -> "" + one;
                case 1 -> one + "-" + two;
                case 2 -> one == two ? "" + one : one + "," + two;
                case 3 -> one + "-" + two + "/" + random.nextInt(1, 5);
                default -> "*";
              });
    }
    return String.join(" ", fields);
  }

  @Test
  void forwards_and_backwards_are_the_same_ticks() {
    for (String expression : List.of("7 */5 * * *", "0 0 L * *", "0 9 * * MON#1", "30 2 * * *")) {
      for (String zone : List.of("UTC", "Europe/Berlin", "Australia/Lord_Howe")) {
        Cron cron = Cron.of(expression, ZoneId.of(zone));
        List<Instant> forwards = new ArrayList<>();
        Instant at = START;
        while (forwards.size() < 1_000) {
          at = cron.next(at).orElseThrow();
          forwards.add(at);
        }
        List<Instant> backwards = new ArrayList<>();
        while (backwards.size() < 1_000) {
          backwards.add(0, at);
          at = cron.last(at.minusNanos(1)).orElseThrow();
        }
        assertThat(backwards).as("%s in %s", expression, zone).isEqualTo(forwards);
        assertThat(cron.count(forwards.get(10), forwards.get(510), 10_000)).isEqualTo(500);
        assertThat(cron.count(forwards.get(10), forwards.get(510), 99)).isEqualTo(99);
      }
    }
  }
}
