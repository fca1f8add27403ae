package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Ticking.Change;
import dev.holdfast.spi.Ticking.Due;
import dev.holdfast.spi.Ticking.Entry;
import dev.holdfast.spi.Ticking.Fired;
import dev.holdfast.spi.Ticking.Firing;
import dev.holdfast.spi.Ticking.Kind;
import dev.holdfast.spi.Ticking.NextTick;
import dev.holdfast.spi.Ticking.Verdict;
import dev.holdfast.spi.Ticking.WhileRunning;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How schedules are kept, and how a tick becomes one job at most. */
public abstract class ScheduleContract extends EngineContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOLD = Duration.ofSeconds(2);
  private static final long NO_BOUND = 1_000_000;

  private Ticking ticking() {
    return engine().ticking();
  }

  // What is asked for.

  private static NextTick at(@Nullable Instant tick) {
    return tick == null ? NextTick.NONE : new NextTick(tick, tick);
  }

  /** Writes a schedule that is not there, whose first tick is in a minute. */
  private StoredSchedule written(String name) {
    assertThat(
            ticking()
                .write(
                    queue(),
                    new Change(name, null, key(), "", false, at(now().plus(MINUTE)), bytes("def"))))
        .isTrue();
    return read(name);
  }

  private StoredSchedule read(String name) {
    return entry(name).schedule();
  }

  private Entry entry(String name) {
    List<Entry> found = ticking().find(queue(), List.of(name)).schedules();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private NewJob tickJob(String name, Instant tick) {
    return new NewJob(
        key(),
        TYPE,
        Priority.NORMAL,
        NewJob.Start.NOW,
        new NewJob.Idempotency("tick:" + name + ":" + tick.toEpochMilli(), Duration.ofHours(1)),
        false,
        bytes("{\"p\":1}"));
  }

  /** Fires the next tick of a schedule; the one after it is a minute later. */
  private Firing next(StoredSchedule schedule, WhileRunning whileRunning) {
    Instant tick = schedule.next();
    if (tick == null) {
      throw new AssertionError("there is no next tick");
    }
    return firing(schedule, Kind.TICK, tick, tick, whileRunning, at(tick.plus(MINUTE)));
  }

  private Firing firing(
      StoredSchedule schedule,
      Kind kind,
      @Nullable Instant expected,
      Instant tick,
      WhileRunning whileRunning,
      NextTick following) {
    return new Firing(
        schedule.name(),
        schedule.revision(),
        kind,
        expected,
        tick,
        whileRunning,
        0,
        following,
        tickJob(schedule.name(), tick));
  }

  private Fired fire(Firing firing) {
    List<Fired> fired = ticking().fire(queue(), NO_BOUND, List.of(firing));
    assertThat(fired).hasSize(1);
    return fired.get(0);
  }

  private Verdict fireNext(String name, WhileRunning whileRunning) {
    return fire(next(read(name), whileRunning)).verdict();
  }

  private Due due() {
    return ticking().due(queue(), Ticking.MOST, HOLD);
  }

  private static List<String> names(Due due) {
    return due.schedules().stream().map(each -> each.schedule().name()).toList();
  }

  // Writing and reading.

  @Test
  void a_schedule_is_read_as_it_was_written() {
    String revision = key();
    Instant next = now().plus(MINUTE);
    Change change =
        new Change("daily", null, revision, "billing", false, at(next), bytes("a\tb\n\0ä"));
    assertThat(ticking().write(queue(), change)).isTrue();
    Entry entry = entry("daily");
    assertThat(entry.schedule())
        .isEqualTo(
            new StoredSchedule(
                "daily", revision, "billing", null, next, null, null, null, 0, 0, 0, null));
    assertThat(text(entry.definition())).isEqualTo("a\tb\n\0ä");
    assertThat(ticking().find(queue(), List.of("other", "daily")).now()).isEqualTo(now());
    assertThat(ticking().find(queue(), List.of("other")).schedules()).isEmpty();
    assertThat(ticking().find(freshQueue(), List.of("daily")).schedules()).isEmpty();
  }

  @Test
  void a_schedule_is_written_only_as_the_writer_read_it() {
    StoredSchedule before = written("daily");
    Change again = new Change("daily", null, key(), "", false, at(now()), bytes("x"));
    assertThat(ticking().write(queue(), again)).isFalse();
    Change change =
        new Change("daily", before, key(), "a", false, at(now().plus(MINUTE)), bytes("new"));
    assertThat(ticking().write(queue(), change)).isTrue();
    assertThat(ticking().write(queue(), change)).isFalse();
    assertThat(text(entry("daily").definition())).isEqualTo("new");
    assertThat(ticking().remove(queue(), "daily", before.revision())).isFalse();
    assertThat(read("daily").owner()).isEqualTo("a");
  }

  @Test
  void a_next_tick_is_written_only_if_the_schedule_has_not_moved_on() {
    StoredSchedule before = written("daily");
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.FIRE)).isEqualTo(Verdict.FIRED);
    Change moving = new Change("daily", before, key(), "", false, at(before.next()), bytes("def"));
    assertThat(ticking().write(queue(), moving)).isFalse();
    // What leaves the next tick as it is needs not know of it.
    Change keeping = new Change("daily", before, key(), "", false, null, bytes("other"));
    assertThat(ticking().write(queue(), keeping)).isTrue();
    StoredSchedule after = read("daily");
    assertThat(after.next()).isEqualTo(now().plus(MINUTE));
    assertThat(after.fired()).isEqualTo(1);
    assertThat(after.last()).isEqualTo(now());
  }

  @Test
  void a_removed_schedule_is_gone_and_its_jobs_stay() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    Firing firing = next(schedule, WhileRunning.FIRE);
    assertThat(fire(firing).verdict()).isEqualTo(Verdict.FIRED);
    assertThat(ticking().remove(queue(), "daily", schedule.revision())).isTrue();
    assertThat(ticking().remove(queue(), "daily", schedule.revision())).isFalse();
    assertThat(ticking().find(queue(), List.of("daily")).schedules()).isEmpty();
    assertThat(ticking().list(queue(), null, 10).schedules()).isEmpty();
    assertThat(fire(firing).verdict()).isEqualTo(Verdict.GONE);
    advance(MINUTE);
    assertThat(due().schedules()).isEmpty();
    assertThat(stats().ready()).isEqualTo(1);
  }

  @Test
  void schedules_are_listed_by_name_page_by_page() {
    for (int i = 0; i < 25; i++) {
      StoredSchedule unused = written("s%02d".formatted((i * 7) % 25));
    }
    List<String> seen = new ArrayList<>();
    String after = null;
    Ticking.Found page;
    do {
      page = ticking().list(queue(), after, 10);
      page.schedules().forEach(each -> seen.add(each.schedule().name()));
      after = seen.get(seen.size() - 1);
    } while (page.more());
    assertThat(seen).hasSize(25).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void a_queue_that_has_schedules_is_remembered() {
    ticking().enlist(queue());
    ticking().enlist(queue());
    assertThat(ticking().enlisted()).containsOnlyOnce(queue());
  }

  // What is due.

  @Test
  void a_schedule_is_due_at_its_instant_and_not_before() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE.minusMillis(1));
    Due early = due();
    assertThat(early.schedules()).isEmpty();
    assertThat(early.nextLook()).isEqualTo(schedule.next());
    assertThat(early.now()).isEqualTo(now());
    advance(Duration.ofMillis(1));
    assertThat(due().schedules()).containsExactly(new Ticking.DueSchedule(schedule, false));
  }

  @Test
  void what_was_due_and_was_not_fired_is_due_again() {
    StoredSchedule unused = written("daily");
    advance(MINUTE);
    assertThat(names(due())).containsExactly("daily");
    advance(HOLD);
    assertThat(names(due())).containsExactly("daily");
  }

  @Test
  void what_was_fired_is_due_at_its_next_tick() {
    StoredSchedule unused = written("daily");
    advance(MINUTE);
    assertThat(names(due())).containsExactly("daily");
    assertThat(fireNext("daily", WhileRunning.FIRE)).isEqualTo(Verdict.FIRED);
    advance(MINUTE.minusMillis(1));
    assertThat(due().schedules()).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(names(due())).containsExactly("daily");
  }

  @Test
  void a_schedule_may_be_fired_later_than_its_tick() {
    Instant tick = now().plus(MINUTE);
    NextTick spread = new NextTick(tick, tick.plusSeconds(7));
    assertThat(
            ticking()
                .write(queue(), new Change("daily", null, key(), "", false, spread, bytes("def"))))
        .isTrue();
    advance(MINUTE.plusSeconds(7).minusMillis(1));
    assertThat(due().schedules()).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(due().schedules().get(0).schedule().next()).isEqualTo(tick);
  }

  @Test
  void a_schedule_without_a_next_tick_is_never_due() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    Instant tick = now();
    Firing last = firing(schedule, Kind.TICK, tick, tick, WhileRunning.FIRE, NextTick.NONE);
    assertThat(fire(last).verdict()).isEqualTo(Verdict.FIRED);
    advance(Duration.ofDays(99));
    assertThat(due().schedules()).isEmpty();
    assertThat(due().nextLook()).isNull();
    assertThat(read("daily").next()).isNull();
  }

  // Firing.

  @Test
  void a_tick_becomes_one_job_however_often_it_is_fired() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    Firing firing = next(schedule, WhileRunning.FIRE);
    Firing other = next(schedule, WhileRunning.FIRE);
    NewJob job = firing.job();
    assertThat(fire(firing)).isEqualTo(new Fired(Verdict.FIRED, job == null ? "" : job.key()));
    assertThat(fire(firing).verdict()).isEqualTo(Verdict.STALE);
    assertThat(fire(other).verdict()).isEqualTo(Verdict.STALE);
    assertThat(stats().ready()).isEqualTo(1);
    StoredSchedule after = read("daily");
    assertThat(after.next()).isEqualTo(now().plus(MINUTE));
    assertThat(after.last()).isEqualTo(now());
    assertThat(after.fired()).isEqualTo(1);
    assertThat(List.of(String.valueOf(after.jobKey()))).isEqualTo(keysOf(taker().claim(9)));
  }

  @Test
  void a_tick_that_has_a_job_already_gets_no_other() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    NewJob before = tickJob("daily", now());
    String key = enqueue(before).get(0);
    assertThat(fire(next(schedule, WhileRunning.FIRE))).isEqualTo(new Fired(Verdict.EXISTING, key));
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(read("daily").next()).isEqualTo(now().plus(MINUTE));
    assertThat(read("daily").fired()).isZero();
  }

  @Test
  void a_tick_is_not_fired_before_its_instant() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE.minusMillis(1));
    assertThat(fire(next(schedule, WhileRunning.FIRE)).verdict()).isEqualTo(Verdict.STALE);
    assertThat(stats().ready()).isZero();
  }

  @Test
  void a_tick_of_another_revision_is_not_fired() {
    StoredSchedule before = written("daily");
    advance(MINUTE);
    Change change = new Change("daily", before, key(), "", false, null, bytes("other"));
    assertThat(ticking().write(queue(), change)).isTrue();
    assertThat(fire(next(before, WhileRunning.FIRE)).verdict()).isEqualTo(Verdict.STALE);
    assertThat(fireNext("daily", WhileRunning.FIRE)).isEqualTo(Verdict.FIRED);
  }

  @Test
  void a_paused_schedule_is_not_due_and_does_not_fire() {
    StoredSchedule before = written("daily");
    Change pause = new Change("daily", before, key(), "", true, NextTick.NONE, null);
    assertThat(ticking().write(queue(), pause)).isTrue();
    Instant since = now();
    advance(MINUTE);
    assertThat(due().schedules()).isEmpty();
    assertThat(fire(next(before, WhileRunning.FIRE)).verdict()).isEqualTo(Verdict.STALE);
    StoredSchedule paused = read("daily");
    assertThat(paused.pausedSince()).isEqualTo(since);
    assertThat(text(entry("daily").definition())).isEqualTo("def");
    Change resume = new Change("daily", paused, key(), "", false, at(now().plus(MINUTE)), null);
    assertThat(ticking().write(queue(), resume)).isTrue();
    assertThat(read("daily").pausedSince()).isNull();
    advance(MINUTE);
    assertThat(names(due())).containsExactly("daily");
    assertThat(fireNext("daily", WhileRunning.FIRE)).isEqualTo(Verdict.FIRED);
  }

  @Test
  void missed_ticks_are_counted_whether_or_not_one_is_fired() {
    StoredSchedule schedule = written("daily");
    Instant first = now().plus(MINUTE);
    advance(MINUTE.multipliedBy(10));
    Firing moves =
        new Firing(
            "daily",
            schedule.revision(),
            Kind.TICK,
            first,
            null,
            WhileRunning.SKIP,
            8,
            at(now().minus(MINUTE)),
            null);
    assertThat(fire(moves)).isEqualTo(new Fired(Verdict.MOVED, null));
    Firing late =
        new Firing(
            "daily",
            schedule.revision(),
            Kind.TICK,
            now().minus(MINUTE),
            now(),
            WhileRunning.SKIP,
            1,
            at(now().plus(MINUTE)),
            tickJob("daily", now()));
    assertThat(fire(late).verdict()).isEqualTo(Verdict.FIRED);
    StoredSchedule after = read("daily");
    assertThat(after.missed()).isEqualTo(9);
    assertThat(after.fired()).isEqualTo(1);
    assertThat(after.last()).isEqualTo(now());
  }

  @Test
  void ticks_of_one_call_follow_each_other() {
    StoredSchedule schedule = written("daily");
    Instant first = now().plus(MINUTE);
    advance(MINUTE.multipliedBy(250));
    List<Firing> firings = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      Instant tick = first.plus(MINUTE.multipliedBy(i));
      firings.add(
          firing(schedule, Kind.TICK, tick, tick, WhileRunning.FIRE, at(tick.plus(MINUTE))));
    }
    List<Fired> fired = ticking().fire(queue(), NO_BOUND, firings);
    assertThat(fired).hasSize(250).allMatch(each -> each.verdict() == Verdict.FIRED);
    assertThat(stats().ready()).isEqualTo(250);
    assertThat(read("daily").fired()).isEqualTo(250);
    assertThat(read("daily").next()).isEqualTo(now().plus(MINUTE));
  }

  @Test
  void a_tick_of_a_full_queue_stays_due() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    enqueue(2);
    assertThat(names(due())).containsExactly("daily");
    Firing firing = next(schedule, WhileRunning.FIRE);
    assertThat(ticking().fire(queue(), 2, List.of(firing)))
        .containsExactly(new Fired(Verdict.FULL, null));
    assertThat(read("daily")).isEqualTo(schedule);
    advance(HOLD);
    assertThat(names(due())).containsExactly("daily");
    assertThat(fire(firing).verdict()).isEqualTo(Verdict.FIRED);
  }

  @Test
  void a_fired_tick_wakes_a_worker() {
    StoredSchedule schedule = written("daily");
    advance(MINUTE);
    try (Bells bells = engine().openBells("w1")) {
      assertThat(bells.await(Set.of(queue()), Duration.ofMillis(50))).isEmpty();
      assertThat(fire(next(schedule, WhileRunning.FIRE)).verdict()).isEqualTo(Verdict.FIRED);
      assertThat(bells.await(Set.of(queue()), Duration.ofSeconds(10))).contains(queue());
    }
  }

  // While a job runs.

  @Test
  void a_tick_is_skipped_while_the_job_before_it_waits_or_runs() {
    StoredSchedule unused = written("daily");
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.FIRED);
    advance(MINUTE);
    assertThat(due().schedules().get(0).running()).isTrue();
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.SKIPPED);
    Claim claim = taker().claimOne();
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.SKIPPED);
    taker().settle(claim, retry(Duration.ofHours(1)));
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.SKIPPED);
    StoredSchedule after = read("daily");
    assertThat(after.skipped()).isEqualTo(3);
    assertThat(after.lastSkipped()).isEqualTo(now());
    assertThat(after.fired()).isEqualTo(1);
    assertThat(after.jobKey()).isEqualTo(claim.held().key());
  }

  @Test
  void a_job_that_has_ended_holds_nobody_up() {
    StoredSchedule unused = written("daily");
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.FIRED);
    claimAndSettle(succeeded());
    advance(MINUTE);
    assertThat(due().schedules().get(0).running()).isFalse();
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.FIRED);
    Claim dead = claimAndSettle(buried(StateReason.EXHAUSTED));
    assertThat(state(dead.held().key())).isEqualTo(JobState.DEAD);
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.FIRED);
    assertThat(read("daily").skipped()).isZero();
  }

  @Test
  void ticks_are_fired_beside_a_job_that_runs_if_that_is_allowed() {
    StoredSchedule unused = written("daily");
    for (int i = 0; i < 3; i++) {
      advance(MINUTE);
      assertThat(fireNext("daily", WhileRunning.FIRE)).isEqualTo(Verdict.FIRED);
    }
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void a_tick_that_waits_is_skipped_by_a_pause_and_by_another_timing() {
    for (boolean paused : new boolean[] {true, false}) {
      String name = paused ? "paused" : "changed";
      StoredSchedule unused = written(name);
      advance(MINUTE);
      assertThat(fireNext(name, WhileRunning.WAIT)).isEqualTo(Verdict.FIRED);
      advance(MINUTE);
      Instant waiting = now();
      assertThat(fireNext(name, WhileRunning.WAIT)).isEqualTo(Verdict.WAITS);
      StoredSchedule before = read(name);
      NextTick later = at(now().plus(MINUTE.multipliedBy(9)));
      Change change = new Change(name, before, key(), "", paused, paused ? null : later, null);
      assertThat(ticking().write(queue(), change)).isTrue();
      StoredSchedule after = read(name);
      assertThat(after.waiting()).isNull();
      assertThat(after.skipped()).isEqualTo(1);
      assertThat(after.lastSkipped()).isEqualTo(waiting);
      assertThat(names(due())).doesNotContain(name);
    }
  }

  @Test
  void one_tick_waits_until_the_job_before_it_has_ended() {
    StoredSchedule unused = written("daily");
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.WAIT)).isEqualTo(Verdict.FIRED);
    advance(MINUTE);
    Instant waiting = now();
    assertThat(fireNext("daily", WhileRunning.WAIT)).isEqualTo(Verdict.WAITS);
    assertThat(read("daily").waiting()).isEqualTo(waiting);
    assertThat(read("daily").next()).isEqualTo(now().plus(MINUTE));
    // Looked at again soon, and still held up.
    advance(Ticking.RECHECK);
    assertThat(names(due())).containsExactly("daily");
    NextTick next = at(waiting.plus(MINUTE));
    StoredSchedule stands = read("daily");
    assertThat(
            fire(firing(stands, Kind.WAITING, waiting, waiting, WhileRunning.WAIT, next)).verdict())
        .isEqualTo(Verdict.WAITS);
    // A further one does not wait, too.
    advance(MINUTE.minus(Ticking.RECHECK));
    assertThat(fireNext("daily", WhileRunning.WAIT)).isEqualTo(Verdict.SKIPPED);
    claimAndSettle(succeeded());
    advance(Ticking.RECHECK);
    DueAgain again = new DueAgain(read("daily"), names(due()));
    assertThat(again.names()).containsExactly("daily");
    Firing last =
        firing(
            again.schedule(),
            Kind.WAITING,
            waiting,
            waiting,
            WhileRunning.WAIT,
            at(again.schedule().next()));
    assertThat(fire(last).verdict()).isEqualTo(Verdict.FIRED);
    assertThat(fire(last).verdict()).isEqualTo(Verdict.STALE);
    StoredSchedule after = read("daily");
    assertThat(after.waiting()).isNull();
    assertThat(after.last()).isEqualTo(waiting);
    assertThat(after.fired()).isEqualTo(2);
    assertThat(after.skipped()).isEqualTo(1);
    assertThat(due().nextLook()).isEqualTo(after.next());
  }

  private record DueAgain(StoredSchedule schedule, List<String> names) {}

  // A run that somebody asked for.

  @Test
  void a_trigger_enqueues_whatever_stands_and_moves_nothing() {
    StoredSchedule before = written("daily");
    Change pause = new Change("daily", before, key(), "", true, null, null);
    assertThat(ticking().write(queue(), pause)).isTrue();
    StoredSchedule paused = read("daily");
    NewJob job = job();
    Firing trigger =
        new Firing("daily", "", Kind.TRIGGER, null, null, WhileRunning.FIRE, 0, NextTick.NONE, job);
    assertThat(fire(trigger)).isEqualTo(new Fired(Verdict.FIRED, job.key()));
    assertThat(fire(trigger)).isEqualTo(new Fired(Verdict.EXISTING, job.key()));
    assertThat(stats().ready()).isEqualTo(1);
    StoredSchedule after = read("daily");
    assertThat(after.next()).isEqualTo(paused.next());
    assertThat(after.fired()).isZero();
    assertThat(after.jobKey()).isEqualTo(job.key());
    Firing unknown =
        new Firing(
            "none", "", Kind.TRIGGER, null, null, WhileRunning.FIRE, 0, NextTick.NONE, job());
    assertThat(fire(unknown).verdict()).isEqualTo(Verdict.GONE);
  }

  @Test
  void a_tick_waits_for_a_triggered_job_as_for_any_other() {
    StoredSchedule unused = written("daily");
    Firing trigger =
        new Firing(
            "daily", "", Kind.TRIGGER, null, null, WhileRunning.FIRE, 0, NextTick.NONE, job());
    assertThat(fire(trigger).verdict()).isEqualTo(Verdict.FIRED);
    advance(MINUTE);
    assertThat(fireNext("daily", WhileRunning.SKIP)).isEqualTo(Verdict.SKIPPED);
  }
}
