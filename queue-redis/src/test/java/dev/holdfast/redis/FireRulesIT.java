package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Ticking.Change;
import dev.holdfast.spi.Ticking.Fired;
import dev.holdfast.spi.Ticking.Firing;
import dev.holdfast.spi.Ticking.Kind;
import dev.holdfast.spi.Ticking.NextTick;
import dev.holdfast.spi.Ticking.Verdict;
import dev.holdfast.spi.Ticking.WhileRunning;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keeps a tick to one job in Redis, each rule by itself. */
class FireRulesIT {
  private static final Duration HOLD = Duration.ofSeconds(2);

  private RedisHarness harness;
  private QueueRef queue;
  private Ticking ticking;

  @BeforeEach
  void open() {
    harness = RedisHarness.open();
    queue = harness.freshQueue();
    harness.engine().claiming().open(queue);
    ticking = harness.engine().ticking();
  }

  @AfterEach
  void close() {
    harness.close();
  }

  private StoredSchedule due(String name) {
    NextTick now = new NextTick(harness.now(), harness.now());
    Change change =
        new Change(name, null, EngineCalls.job().key(), "", false, now, new byte[] {'x'});
    assertThat(ticking.write(queue, change)).isTrue();
    return ticking.find(queue, List.of(name)).schedules().get(0).schedule();
  }

  /** A job of its own for each call, and no name by which Redis could know that it is another. */
  private Firing firing(StoredSchedule schedule) {
    Instant tick = harness.now();
    NextTick following = new NextTick(tick.plusSeconds(60), tick.plusSeconds(60));
    NewJob job = EngineCalls.job();
    return new Firing(
        schedule.name(),
        schedule.revision(),
        Kind.TICK,
        schedule.next(),
        tick,
        WhileRunning.FIRE,
        0,
        following,
        job);
  }

  private long ready() {
    return harness.engine().control().stats(queue).ready();
  }

  @Test
  void a_tick_that_two_workers_fire_has_one_job() {
    StoredSchedule schedule = due("daily");
    assertThat(ticking.fire(queue, 1_000, List.of(firing(schedule))))
        .extracting(Fired::verdict)
        .containsExactly(Verdict.FIRED);
    List<Fired> second = ticking.fire(queue, 1_000, List.of(firing(schedule)));
    assertThat(ready()).as("I13 one job a tick").isEqualTo(1);
    assertThat(second).extracting(Fired::verdict).containsExactly(Verdict.STALE);
  }

  @Test
  void a_tick_fired_by_what_was_read_before_a_pause_has_no_job() {
    StoredSchedule schedule = due("daily");
    Firing late = firing(schedule);
    Change change =
        new Change("daily", schedule, EngineCalls.job().key(), "", false, null, new byte[] {'y'});
    assertThat(ticking.write(queue, change)).isTrue();
    List<Fired> fired = ticking.fire(queue, 1_000, List.of(late));
    assertThat(ready()).as("I13 no job by an old definition").isZero();
    assertThat(fired).extracting(Fired::verdict).containsExactly(Verdict.STALE);
  }

  @Test
  void what_one_worker_was_told_of_is_left_to_it_for_a_while() {
    for (int i = 0; i < 150; i++) {
      StoredSchedule unused = due("s" + i);
    }
    Ticking.Due first = ticking.due(queue, Ticking.MOST, HOLD);
    Ticking.Due second = ticking.due(queue, Ticking.MOST, HOLD);
    assertThat(first.schedules()).hasSize(100);
    assertThat(second.schedules()).hasSize(50).doesNotContainAnyElementsOf(first.schedules());
    assertThat(ticking.due(queue, Ticking.MOST, HOLD).schedules()).isEmpty();
    harness.advance(HOLD);
    assertThat(ticking.due(queue, Ticking.MOST, HOLD).schedules()).hasSize(100);
  }

  @Test
  void a_schedule_whose_record_is_none_is_left_alone_and_the_others_fire() {
    StoredSchedule good = due("good");
    StoredSchedule unused = due("bad");
    harness.redis().command("HSET", harness.key(queue, "schedules"), "bad", "rubbish");
    assertThat(ticking.due(queue, Ticking.MOST, HOLD).schedules())
        .extracting(each -> each.schedule().name())
        .containsExactly("good");
    assertThat(ticking.fire(queue, 1_000, List.of(firing(good))).get(0).verdict())
        .isEqualTo(Verdict.FIRED);
    assertThat(ticking.list(queue, null, 10).schedules()).hasSize(1);
  }
}
