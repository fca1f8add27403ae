package dev.holdfast.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Priority;
import dev.holdfast.schedule.Cron;
import dev.holdfast.schedule.DstGap;
import dev.holdfast.schedule.DstOverlap;
import dev.holdfast.schedule.Every;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.Timing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How definitions of schedules are stored. */
class ScheduleJsonTest {
  private static final String PAYLOAD =
      "{\"amount\":1.10,\"big\":12345678901234567890.123,\"t\":\"a\\nb\"}";

  private static ScheduleDefinition definition(Timing timing, Misfire misfire) {
    return new ScheduleDefinition(
        "invoices.archive",
        PAYLOAD.getBytes(StandardCharsets.UTF_8),
        Priority.LOW,
        Map.of("team", "ops", "a", "ä\"\n"),
        timing,
        misfire,
        RunOverlap.QUEUE_ONE);
  }

  private static ScheduleDefinition cron() {
    return definition(
        new Timing(
            Cron.of("0 6 1 * *", ZoneId.of("Europe/Paris"), DstGap.SKIP, DstOverlap.LAST),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2027-01-01T00:00:00.001Z"),
            Duration.ofMillis(1_234)),
        Misfire.fireAll(7, Duration.ofHours(3)).withGrace(Duration.ofSeconds(90)));
  }

  private static void assertSame(ScheduleDefinition read, ScheduleDefinition written) {
    assertThat(read).usingRecursiveComparison().ignoringFields("payload").isEqualTo(written);
    assertThat(new String(read.payload(), StandardCharsets.UTF_8)).isEqualTo(PAYLOAD);
  }

  @Test
  void a_definition_is_read_as_it_was_written() {
    assertSame(ScheduleJson.decode(ScheduleJson.encode(cron())), cron());
    ScheduleDefinition every =
        definition(
            new Timing(new Every(Duration.ofMinutes(5), Instant.EPOCH), null, null, Duration.ZERO),
            Misfire.skip());
    assertSame(ScheduleJson.decode(ScheduleJson.encode(every)), every);
  }

  @Test
  void equal_definitions_have_equal_bytes() {
    assertThat(ScheduleJson.encode(cron())).isEqualTo(ScheduleJson.encode(cron()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{}\n{}",
        "rubbish\n{}",
        "{\"v\":2,\"type\":\"t\"}\n{}",
        "{\"v\":1,\"type\":\"t\"}\n{}",
        "[1]\n{}",
        "{\"v\":1,\"type\":\"t\",\"priority\":\"NORMAL\",\"cron\":\"* * * *"
            + " *\",\"zone\":\"Moon/Sea\",\"gap\":\"SKIP\",\"overlap\":\"BOTH\",\"spreadMs\":0,\"misfire\":\"SKIP\",\"graceMs\":0,\"whileRunning\":\"SKIP\"}\n"
            + "{}",
      })
  void what_is_no_definition_of_this_version_is_refused_with_the_reason(String stored) {
    assertThatThrownBy(() -> ScheduleJson.decode(stored.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageMatching("(?s).{10,}");
  }
}
