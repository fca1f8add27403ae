package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.job.QueueStats;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.ScheduleStatus;
import dev.holdfast.testkit.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Five processes fire schedules of every second, and two of them are killed meanwhile. 100
 * schedules for 15 s; with {@code -Dholdfast.schedules=full} 1,000 for 60 s.
 */
@Isolated("keeps the machine busy")
class SchedulesProcessIT {
  private static final Logger log = LoggerFactory.getLogger(SchedulesProcessIT.class);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final boolean FULL = System.getProperty("holdfast.schedules", "").equals("full");
  private static final int PROCESSES = 5;
  private static final int SCHEDULES = FULL ? 1_000 : 100;
  private static final int SECONDS = FULL ? 60 : 15;

  private final String namespace = "it-" + UUID.randomUUID();
  private final List<WorkerProcess> started = new ArrayList<>();
  private final String uri = RedisServer.shared().uri();
  @TempDir private Path directory;
  private History history;
  private Holdfast holdfast;

  @BeforeEach
  void open() {
    history = new History(directory);
    holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(uri, namespace)));
  }

  @AfterEach
  void close() {
    started.forEach(WorkerProcess::close);
    holdfast.close();
  }

  private static String name(int number) {
    return "s%04d".formatted(number);
  }

  private static void awaitInstant(Instant instant) {
    await("it is " + instant)
        .atMost(LONG.multipliedBy(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> InstantSource.system().instant().isAfter(instant));
  }

  private QueueStats stats() {
    return holdfast.queue("beats").stats();
  }

  @Test
  void no_tick_is_fired_twice_or_missed_while_two_of_five_processes_are_killed() {
    for (int i = 0; i < PROCESSES; i++) {
      started.add(
          WorkerProcess.start(ScheduleMain.class, history, uri, namespace, directory.toString()));
    }
    await("all are ready")
        .atMost(LONG)
        .failFast("a worker has ended", () -> started.stream().anyMatch(each -> !each.isAlive()))
        .until(() -> history.count("READY") == PROCESSES);
    Instant start =
        InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS).plusSeconds(FULL ? 20 : 5);
    Instant end = start.plusSeconds(SECONDS);
    List<Schedule> set = new ArrayList<>();
    for (int i = 0; i < SCHEDULES; i++) {
      set.add(
          Schedule.builder(name(i), new ScheduleMain.Beat(name(i)))
              .every(Duration.ofSeconds(1), start)
              .until(end)
              .whileRunning(RunOverlap.ALLOW)
              .build());
    }
    holdfast.schedules().declare("app", set);
    assertThat(InstantSource.system().instant()).as("declared in time").isBefore(start);

    awaitInstant(start.plusSeconds(SECONDS / 3));
    started.get(0).signal("KILL");
    awaitInstant(start.plusSeconds(2L * SECONDS / 3));
    started.get(1).signal("KILL");
    awaitInstant(end);
    await("all ticks are fired and their jobs done")
        .atMost(LONG.multipliedBy(2))
        .until(() -> stats().done() >= (long) SCHEDULES * SECONDS && stats().ready() == 0);

    Map<String, Set<String>> jobs = new TreeMap<>();
    for (String line : history.lines()) {
      if (line.startsWith("TICK ")) {
        String[] parts = line.split(" ");
        jobs.computeIfAbsent(parts[2] + " " + parts[3], tick -> new HashSet<>()).add(parts[4]);
        assertThat(parts[5]).as("missed before %s", line).isEqualTo("0");
      }
    }
    assertThat(jobs.entrySet().stream().filter(each -> each.getValue().size() != 1))
        .as("ticks with several jobs")
        .isEmpty();
    List<String> missed = new ArrayList<>();
    for (int i = 0; i < SCHEDULES; i++) {
      for (long second = start.getEpochSecond(); second < end.getEpochSecond(); second++) {
        if (jobs.remove(name(i) + " " + second) == null) {
          missed.add(name(i) + " " + second);
        }
      }
    }
    assertThat(missed).as("ticks without a job").isEmpty();
    assertThat(jobs).as("jobs of no tick").isEmpty();
    Map<String, Long> counts = new HashMap<>();
    for (int i = 0; i < SCHEDULES; i++) {
      ScheduleStatus status =
          holdfast.schedules().find(new ScheduleId("beats", name(i))).orElseThrow();
      counts.merge("fired", status.fired(), Long::sum);
      counts.merge("missed", status.missed(), Long::sum);
      counts.merge("skipped", status.skipped(), Long::sum);
    }
    assertThat(counts)
        .isEqualTo(Map.of("fired", (long) SCHEDULES * SECONDS, "missed", 0L, "skipped", 0L));
    log.info("{} ticks of {} schedules: each fired once", counts.get("fired"), SCHEDULES);
  }
}
