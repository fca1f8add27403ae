package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How jobs become ready at their time, and which worker watches for it. */
public abstract class PromoteContract extends EngineContract {
  private static final Duration TERM = Duration.ofSeconds(4);

  private List<String> claimed(int room) {
    return keysOf(taker().claim(room));
  }

  @Test
  void a_delayed_job_is_claimed_at_its_instant_and_not_a_millisecond_before() {
    String delayed = enqueue(delayed(Duration.ofSeconds(10))).get(0);
    String instant = enqueue(startingAt(now().plusSeconds(10))).get(0);

    advance(Duration.ofMillis(9_999));
    assertThat(claimed(5)).isEmpty();
    assertThat(state(delayed)).isEqualTo(JobState.SCHEDULED);
    advance(Duration.ofMillis(1));
    assertThat(claimed(5)).containsExactlyInAnyOrder(delayed, instant);
  }

  @Test
  void due_jobs_are_claimed_in_the_order_they_were_due() {
    List<NewJob> jobs = new ArrayList<>();
    for (int seconds : new int[] {9, 3, 7, 1, 5}) {
      jobs.add(delayed(Duration.ofSeconds(seconds)));
    }
    enqueue(jobs.toArray(NewJob[]::new));
    advance(Duration.ofSeconds(20));

    assertThat(claimed(5))
        .containsExactly(
            jobs.get(3).key(),
            jobs.get(1).key(),
            jobs.get(4).key(),
            jobs.get(2).key(),
            jobs.get(0).key());
  }

  @Test
  void a_due_job_goes_behind_those_that_are_ready_and_into_its_own_lane() {
    NewJob dueHigh = job(Priority.HIGH, new Start(Duration.ofSeconds(1), null));
    NewJob dueNormal = delayed(Duration.ofSeconds(1));
    NewJob ready = job();
    enqueue(dueNormal, dueHigh, ready);
    advance(Duration.ofSeconds(2));

    assertThat(claimed(5)).containsExactly(dueHigh.key(), ready.key(), dueNormal.key());
  }

  @Test
  void more_due_jobs_than_a_turn_takes_are_promised_and_come_with_the_next() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      keys.addAll(enqueue(delayed(Duration.ofSeconds(5))));
    }
    advance(Duration.ofSeconds(5));

    List<String> claimed = new ArrayList<>();
    TurnReply reply;
    do {
      reply = taker().turn(128);
      claimed.addAll(keysOf(reply.claims()));
    } while (reply.more());
    assertThat(claimed).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void a_turn_without_room_promotes_due_jobs_for_others() {
    String key = enqueue(delayed(Duration.ofSeconds(5))).get(0);
    advance(Duration.ofSeconds(5));
    taker().turn(0);

    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(keysOf(taker("w2").claim(1))).containsExactly(key);
  }

  @Test
  void one_consumer_holds_the_watch_and_learns_when_the_next_job_is_due() {
    enqueue(delayed(Duration.ofMillis(1_500)));

    assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    advance(Duration.ofMillis(500));
    assertThat(taker("w1").turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
    assertThat(taker("w2").turn(1).nextDue()).isNull();
  }

  @Test
  void a_consumer_that_asks_for_no_watch_gets_none() {
    enqueue(delayed(Duration.ofSeconds(1)));

    assertThat(taker("w1").turn(1).nextDue()).isNull();
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void the_watch_of_a_silent_consumer_is_taken_over_after_its_term() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);

    advance(TERM.minusMillis(1));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    advance(Duration.ofMillis(1));
    assertThat(taker("w2").turn(1).nextDue()).isEqualTo(Duration.ofMinutes(1).minus(TERM));
    assertThat(taker("w1").turn(1).nextDue()).isNull();
  }

  @Test
  void turns_of_its_keeper_keep_the_watch_beyond_the_first_term() {
    enqueue(delayed(Duration.ofMinutes(1)));
    for (int i = 0; i < 10; i++) {
      assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue()).isNotNull();
      advance(TERM.dividedBy(2));
      assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    }
  }

  @Test
  void a_due_time_earlier_than_the_keeper_knows_is_told_to_whoever_asks_first() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    enqueue(delayed(Duration.ofSeconds(1)));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
    assertThat(taker("w1").turn(1).nextDue()).isNull();
  }

  @Test
  void a_keeper_that_leaves_frees_the_watch() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    engine().claiming().leave(queue(), "w1");

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void another_consumer_that_leaves_does_not_free_the_watch() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    engine().claiming().leave(queue(), "w2");

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
  }

  @Test
  void the_watch_told_before_a_clock_stepped_back_does_not_hold_for_ever() {
    enqueue(delayed(Duration.ofDays(2)));
    taker("w1").watchTerm(TERM).turn(1);
    advance(Duration.ofDays(-1));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofDays(3));
  }

  @Test
  void the_watch_told_before_a_clock_stepped_back_ends_soon_however_small_the_step() {
    enqueue(delayed(Duration.ofMinutes(2)));
    taker("w1").watchTerm(TERM).turn(1);
    advance(Duration.ofSeconds(-30));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(150));
  }

  @Test
  void the_watch_tells_how_long_it_is_to_the_last_instant_that_can_be_stored() {
    Instant far = Instant.parse("9999-12-31T23:59:59.999Z");
    enqueue(startingAt(far));

    // A Lua number holds microseconds of that size to the nearest 32 only.
    assertThat(taker().watchTerm(TERM).turn(1).nextDue())
        .isCloseTo(Duration.between(now(), far), Duration.ofMillis(1));
  }
}
