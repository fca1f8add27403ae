package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Page;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.job.ScheduleTick.Cause;
import dev.holdfast.schedule.BackfillResult;
import dev.holdfast.schedule.DeclareResult;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.Recurring;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.schedule.ScheduleChange;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.ScheduleStatus;
import dev.holdfast.schedule.Schedules;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Schedules from the door to the handler, without a server, in virtual time. */
@Timeout(120)
class SchedulesOnMemoryTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final ManualTime time = ManualTime.at(START);
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private final Holdfast holdfast =
      Holdfast.on(FaultyEngine.ifAsked(engine), HoldfastOptions.builder().clock(time).build());
  private final Queue<ScheduleTick> ticks = new ConcurrentLinkedQueue<>();

  @JobType(value = "report", queue = "reports")
  record Report(String of) {}

  @JobType(value = "sweep", queue = "sweeps")
  record Sweep() {}

  /** Notes what it is called for. */
  @Recurring(name = "sweep.hourly", cron = "@hourly", zone = "Europe/Berlin")
  @Recurring(name = "sweep.often", every = "PT10M", misfire = Misfire.Kind.SKIP)
  static final class SweepHandler implements JobHandler<Sweep> {
    final Queue<String> swept = new ConcurrentLinkedQueue<>();

    @Override
    public void handle(Sweep job, JobContext context) {
      swept.add(context.tick().orElseThrow().schedule());
    }
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private Schedules schedules() {
    return holdfast.schedules();
  }

  private static ScheduleId id(String name) {
    return new ScheduleId("reports", name);
  }

  private static Schedule.Builder hourly(String name) {
    return Schedule.builder(name, new Report(name)).cron("@hourly", UTC);
  }

  private Worker.Builder worker() {
    return Worker.on(holdfast).options(WorkerOptions.builder().closeOnShutdown(false).build());
  }

  private Worker start(JobHandler<Report> handler) {
    return worker().handler(Report.class, handler).queue("reports", 4).start();
  }

  private Worker start() {
    return start((job, context) -> ticks.add(context.tick().orElseThrow()));
  }

  private List<Instant> nominal() {
    return ticks.stream().map(ScheduleTick::nominal).toList();
  }

  private static Instant at(int hours) {
    return START.plus(Duration.ofHours(hours));
  }

  private ScheduleStatus status(String name) {
    return schedules().find(id(name)).orElseThrow();
  }

  // Firing.

  @Test
  void a_year_of_ordinary_schedules_fires_every_tick_once() {
    List<Schedule> set =
        List.of(
            hourly("hourly").build(),
            Schedule.builder("nightly", new Report("b")).cron("30 2 * * *", BERLIN).build(),
            Schedule.builder("weekdays", new Report("c"))
                .cron("0 9 * * MON-FRI", ZoneId.of("America/New_York"))
                .spread(Duration.ofMinutes(10))
                .build(),
            Schedule.builder("months", new Report("d"))
                .cron("0 0 L * *", ZoneId.of("Pacific/Auckland"))
                .build(),
            Schedule.builder("fridays", new Report("e"))
                .cron("0 17 * * FRI#2", ZoneId.of("Asia/Kolkata"))
                .build(),
            Schedule.builder("quarters", new Report("f"))
                .every(Duration.ofHours(6), START.plusSeconds(1_234))
                .build(),
            Schedule.builder("yearly", new Report("g")).cron("@yearly", BERLIN).build());
    set.forEach(each -> assertThat(schedules().put(each)).isEqualTo(ScheduleChange.ADDED));
    // Under faults each of them costs a pause of real time.
    int days = System.getProperty(FaultyEngine.PROPERTY, "").isEmpty() ? 365 : 5;
    Instant end = START.plus(Duration.ofDays(days));
    try (Worker unused = start()) {
      engine.letPass(Duration.ofDays(days));
    }
    Map<String, List<Instant>> fired =
        ticks.stream()
            .collect(
                Collectors.groupingBy(
                    ScheduleTick::schedule,
                    Collectors.mapping(ScheduleTick::nominal, Collectors.toList())));
    for (Schedule each : set) {
      List<Instant> expected =
          each.next(START, 10_000).stream()
              .filter(tick -> !each.timing().fireAt(tick).isAfter(end))
              .toList();
      List<Instant> seen = fired.getOrDefault(each.name(), List.of());
      assertThat(seen).as(each.name()).hasSameElementsAs(expected);
      if (days == 365) {
        // Under faults a job may run again, whose outcome was not written.
        assertThat(seen).as(each.name()).hasSameSizeAs(expected);
      }
      assertThat(status(each.name()).fired()).isEqualTo(expected.size());
    }
    assertThat(Set.copyOf(fired.getOrDefault("hourly", List.of()))).hasSize(24 * days);
    assertThat(Set.copyOf(fired.getOrDefault("nightly", List.of()))).hasSize(days);
  }

  @Test
  void the_handler_is_told_which_tick_it_is_for() {
    Schedule schedule = hourly("hourly").header("team", "ops").build();
    schedules().put(schedule);
    Queue<Map<String, String>> headers = new ConcurrentLinkedQueue<>();
    try (Worker unused =
        start(
            (job, context) -> {
              ticks.add(context.tick().orElseThrow());
              headers.add(context.headers());
              assertThat(job).isEqualTo(new Report("hourly"));
            })) {
      engine.letPass(Duration.ofHours(2));
    }
    assertThat(ticks)
        .containsExactly(
            new ScheduleTick("hourly", at(1), null, 0, Cause.DUE),
            new ScheduleTick("hourly", at(2), at(1), 0, Cause.DUE));
    assertThat(headers).allMatch(each -> each.get("team").equals("ops"));
  }

  @Test
  void a_job_that_was_enqueued_by_hand_has_no_tick() {
    Queue<Boolean> told = new ConcurrentLinkedQueue<>();
    try (Worker unused = start((job, context) -> told.add(context.tick().isPresent()))) {
      holdfast.enqueue(new Report("by hand"));
      engine.letPass(Duration.ZERO);
    }
    assertThat(told).containsExactly(false);
  }

  // Missed ticks.

  @Test
  void after_an_outage_the_last_missed_tick_is_fired_with_the_number_of_the_others() {
    schedules().put(hourly("once").build());
    schedules().put(hourly("none").misfire(Misfire.skip()).build());
    schedules().put(hourly("all").misfire(Misfire.fireAll(3, Duration.ofDays(1))).build());
    schedules()
        .put(
            hourly("each")
                .misfire(Misfire.fireAll(3, Duration.ofDays(1)))
                .whileRunning(RunOverlap.ALLOW)
                .build());
    time.advance(Duration.ofHours(10).plusMinutes(30));
    try (Worker unused = start()) {
      engine.letPass(Duration.ZERO);
    }
    assertThat(ticks.stream().filter(tick -> tick.schedule().equals("once")))
        .containsExactly(new ScheduleTick("once", at(10), null, 9, Cause.DUE));
    assertThat(status("none").missed()).isEqualTo(10);
    assertThat(status("none").fired()).isZero();
    assertThat(status("none").upcoming()).startsWith(at(11));
    assertThat(
            ticks.stream()
                .filter(tick -> tick.schedule().equals("each"))
                .map(ScheduleTick::nominal))
        .containsExactlyInAnyOrder(at(8), at(9), at(10));
    // Also those that would be skipped while the first of them runs.
    assertThat(status("all").fired()).isEqualTo(3);
    assertThat(status("all").skipped()).isZero();
    assertThat(status("all").missed()).isEqualTo(7);
  }

  // Changing.

  @Test
  void a_changed_expression_counts_from_now_and_never_fires_what_is_past() {
    schedules().put(hourly("it").build());
    time.advance(Duration.ofMinutes(90));
    Schedule other = Schedule.builder("it", new Report("it")).cron("45 * * * *", UTC).build();
    assertThat(schedules().put(other)).isEqualTo(ScheduleChange.CHANGED);
    assertThat(schedules().put(other)).isEqualTo(ScheduleChange.UNCHANGED);
    try (Worker unused = start()) {
      engine.letPass(Duration.ofMinutes(15));
    }
    assertThat(nominal()).containsExactly(START.plus(Duration.ofMinutes(105)));
  }

  @Test
  void a_changed_payload_leaves_a_missed_tick_to_be_fired() {
    schedules().put(hourly("it").build());
    time.advance(Duration.ofMinutes(90));
    Schedule other = Schedule.builder("it", new Report("other")).cron("@hourly", UTC).build();
    assertThat(schedules().put(other)).isEqualTo(ScheduleChange.CHANGED);
    try (Worker unused = start()) {
      engine.letPass(Duration.ZERO);
    }
    assertThat(nominal()).containsExactly(at(1));
  }

  @Test
  void what_never_fires_again_is_refused() {
    Schedule over =
        Schedule.builder("over", new Report("x"))
            .cron("@hourly", UTC)
            .until(START.plusSeconds(60))
            .build();
    assertThatThrownBy(() -> schedules().put(over))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("never fires again");
    assertThatThrownBy(
            () -> schedules().put(Schedule.builder("x", "text").cron("@daily", UTC).build()))
        .isInstanceOf(InvalidJobException.class);
    assertThat(schedules().queues()).doesNotContain("default");
  }

  @Test
  void a_paused_schedule_fires_nothing_and_makes_up_for_nothing() {
    schedules().put(hourly("it").build());
    assertThat(schedules().pause(id("it"))).isTrue();
    assertThat(schedules().pause(id("it"))).isTrue();
    assertThat(schedules().pause(id("none"))).isFalse();
    assertThat(status("it").pausedSince()).isEqualTo(START);
    assertThat(status("it").upcoming()).isEmpty();
    try (Worker unused = start()) {
      engine.letPass(Duration.ofHours(5));
      assertThat(ticks).isEmpty();
      assertThat(schedules().put(hourly("it").whileRunning(RunOverlap.ALLOW).build()))
          .isEqualTo(ScheduleChange.CHANGED);
      assertThat(status("it").pausedSince()).isEqualTo(START);
      assertThat(schedules().resume(id("it"))).isTrue();
      assertThat(status("it").upcoming()).startsWith(at(6));
      engine.letPass(Duration.ofHours(2));
    }
    assertThat(nominal()).containsExactly(at(6), at(7));
    assertThat(status("it").missed()).isZero();
  }

  @Test
  void a_removed_schedule_fires_no_more() {
    schedules().put(hourly("it").build());
    try (Worker unused = start()) {
      engine.letPass(Duration.ofHours(1));
      assertThat(schedules().remove(id("it"))).isTrue();
      assertThat(schedules().remove(id("it"))).isFalse();
      engine.letPass(Duration.ofHours(5));
    }
    assertThat(nominal()).containsExactly(at(1));
    assertThat(schedules().find(id("it"))).isEmpty();
  }

  // Asking for runs.

  @Test
  void a_run_can_be_asked_for_at_any_time() {
    schedules().put(hourly("it").build());
    schedules().pause(id("it"));
    time.advance(Duration.ofMinutes(5));
    JobId job = schedules().triggerNow(id("it"));
    try (Worker unused = start()) {
      engine.letPass(Duration.ZERO);
    }
    assertThat(holdfast.status(job).orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(ticks)
        .containsExactly(new ScheduleTick("it", START.plusSeconds(300), null, 0, Cause.TRIGGER));
    assertThatThrownBy(() -> schedules().triggerNow(id("none")))
        .isInstanceOf(InvalidScheduleException.class);
  }

  @Test
  void past_ticks_are_backfilled_once() {
    schedules().put(hourly("it").build());
    try (Worker unused = start()) {
      engine.letPass(Duration.ofHours(3));
      BackfillResult result = schedules().backfill(id("it"), at(-5), at(3));
      // Those of the hours 1 and 2 were fired when they were due; hour 3 is not in the time.
      assertThat(result).isEqualTo(new BackfillResult(8, 6, 2));
      engine.letPass(Duration.ZERO);
      assertThat(schedules().backfill(id("it"), at(-5), at(3)))
          .isEqualTo(new BackfillResult(8, 0, 8));
    }
    assertThat(ticks.stream().filter(ScheduleTick::backfilled).map(ScheduleTick::nominal))
        .containsExactlyInAnyOrder(at(-5), at(-4), at(-3), at(-2), at(-1), at(0));
    assertThatThrownBy(() -> schedules().backfill(id("it"), at(0), at(4)))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("after now");
    assertThatThrownBy(
            () -> schedules().backfill(id("it"), START.minus(Duration.ofDays(999)), at(0)))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("10,000");
  }

  // Looking.

  @Test
  void a_schedule_tells_its_next_five_ticks() {
    schedules().put(hourly("b").spread(Duration.ofMinutes(30)).build());
    schedules().put(hourly("a").build());
    assertThat(status("b").upcoming()).containsExactly(at(1), at(2), at(3), at(4), at(5));
    assertThat(schedules().next(id("b"), 7)).hasSize(7);
    assertThat(schedules().next(id("none"), 7)).isEmpty();
    Page<ScheduleStatus> first = schedules().list("reports", null, 1);
    assertThat(first.items().get(0).id()).isEqualTo(id("a"));
    Page<ScheduleStatus> second = schedules().list("reports", first.next(), 1);
    assertThat(second.items().get(0).id()).isEqualTo(id("b"));
    assertThat(second.next()).isNull();
    assertThat(schedules().queues()).containsExactly("reports");
  }

  // While a job runs.

  @Test
  void a_running_job_is_asked_to_end_when_the_next_tick_cancels() throws Exception {
    schedules().put(hourly("it").whileRunning(RunOverlap.CANCEL_RUNNING).build());
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    Queue<String> ended = new ConcurrentLinkedQueue<>();
    try (Worker unused =
        worker()
            .handler(
                Report.class,
                (job, context) -> {
                  if (context.tick().orElseThrow().nominal().equals(at(1))) {
                    began.countDown();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      ended.add("cancelled " + context.cancelled());
                      throw e;
                    }
                  }
                  second.countDown();
                })
            .queue("reports", 4)
            .options(
                WorkerOptions.builder()
                    .closeOnShutdown(false)
                    .extendPeriod(Duration.ofMillis(200))
                    .build())
            .start()) {
      time.advance(Duration.ofHours(1));
      assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
      time.advance(Duration.ofHours(1));
      assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
      await().atMost(Duration.ofSeconds(10)).until(() -> ended.contains("cancelled true"));
    }
  }

  @Test
  void one_tick_waits_for_a_job_that_runs_long() throws Exception {
    schedules().put(hourly("it").whileRunning(RunOverlap.QUEUE_ONE).build());
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Worker unused =
        start(
            (job, context) -> {
              ticks.add(context.tick().orElseThrow());
              began.countDown();
              go.await();
            })) {
      time.advance(Duration.ofHours(1));
      assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
      time.advance(Duration.ofHours(1));
      await().atMost(Duration.ofSeconds(10)).until(() -> status("it").waiting() != null);
      time.advance(Duration.ofHours(1));
      await().atMost(Duration.ofSeconds(10)).until(() -> status("it").skipped() == 1);
      go.countDown();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> holdfast.queue("reports").stats().done() == 1);
      engine.letPass(Duration.ofMinutes(1));
    }
    // The first may run twice: an hour is longer than its lease.
    assertThat(nominal()).containsOnly(at(1), at(2));
    assertThat(status("it").lastSkipped()).isEqualTo(at(3));
    assertThat(status("it").waiting()).isNull();
  }

  // Declaring.

  @Test
  void an_application_declares_its_set_and_touches_no_other() {
    schedules().put(hourly("by-hand").build());
    schedules().declare("other", List.of(hourly("others").build()));
    DeclareResult first =
        schedules().declare("billing", List.of(hourly("a").build(), hourly("b").build()));
    assertThat(first.schedules())
        .isEqualTo(Map.of(id("a"), ScheduleChange.ADDED, id("b"), ScheduleChange.ADDED));
    DeclareResult second =
        schedules()
            .declare(
                "billing",
                List.of(
                    hourly("b").build(),
                    Schedule.builder("c", new Sweep()).cron("@daily", UTC).build()));
    assertThat(second.schedules())
        .isEqualTo(
            Map.of(
                id("b"),
                ScheduleChange.UNCHANGED,
                new ScheduleId("sweeps", "c"),
                ScheduleChange.ADDED));
    assertThat(second.removed()).isEqualTo(Set.of(id("a")));
    assertThat(schedules().declare("billing", List.of()).removed())
        .isEqualTo(Set.of(id("b"), new ScheduleId("sweeps", "c")));
    List<String> left = new ArrayList<>();
    schedules().list("reports", null, 10).items().forEach(each -> left.add(each.id().name()));
    assertThat(left).containsExactly("by-hand", "others");
    assertThat(status("others").owner()).isEqualTo("other");
    assertThat(status("by-hand").owner()).isNull();
  }

  @Test
  void a_name_that_somebody_else_owns_is_refused() {
    schedules().declare("billing", List.of(hourly("a").build()));
    assertThatThrownBy(() -> schedules().put(hourly("a").build()))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("billing");
    assertThatThrownBy(
            () ->
                schedules().declare("other", List.of(hourly("a").build(), hourly("mine").build())))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("billing");
    // The others of the set are declared all the same.
    assertThat(status("mine").owner()).isEqualTo("other");
    assertThat(status("a").owner()).isEqualTo("billing");
    assertThatThrownBy(
            () -> schedules().declare("x", List.of(hourly("b").build(), hourly("b").build())))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("two schedules");
  }

  @Test
  void a_worker_declares_what_its_handlers_and_its_builder_say() {
    SweepHandler handler = new SweepHandler();
    try (Worker unused =
        worker()
            .handler(handler)
            .handler(Report.class, (job, context) -> {})
            .schedules("app", List.of(hourly("it").build()))
            .start()) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> schedules().list("sweeps", null, 10).items().size() == 2);
      engine.letPass(Duration.ofHours(1));
    }
    assertThat(handler.swept).contains("sweep.hourly").hasSizeGreaterThanOrEqualTo(6);
    assertThat(schedules().find(id("it")).orElseThrow().owner()).isEqualTo("app");
  }

  /** Says that it is recurring and not how. */
  @Recurring(name = "wrong", cron = "0 6 * * *")
  static final class WithoutZone implements JobHandler<Sweep> {
    @Override
    public void handle(Sweep job, JobContext context) {}
  }

  @Test
  void what_an_annotation_says_wrong_is_refused_at_the_start() {
    assertThatThrownBy(() -> worker().handler(new SweepHandler()).start())
        .isInstanceOf(InvalidHandlerException.class)
        .hasMessageContaining("application");
    assertThatThrownBy(
            () -> worker().handler(new WithoutZone()).schedules("app", List.of()).start())
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("WithoutZone")
        .hasMessageContaining("zone");
  }
}
