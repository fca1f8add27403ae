package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs of a key, one after the other: the next begins once the one before has ended for good. */
public abstract class OrderContract extends LimitedJobs {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @BeforeEach
  final void setOrder() {
    limit(LimitScope.key("a"), Limit.inOrder());
  }

  /** The next job can be claimed, and no other. */
  private Claim onlyOne(String key) {
    List<Claim> claims = claims();
    assertThat(keysOf(claims)).containsExactly(key);
    return claims.get(0);
  }

  private void assertKeyWaits() {
    assertThat(claimed()).isEmpty();
  }

  @Test
  void jobs_of_a_key_run_one_at_a_time_in_the_order_they_were_enqueued() {
    List<String> keys = new ArrayList<>(enqueueOf("a", 3));
    keys.addAll(enqueueApart("a", 3));
    for (String key : keys) {
      succeed(onlyOne(key));
    }
  }

  @Test
  void a_job_that_its_type_keeps_waiting_keeps_its_turn() {
    control().pauseType(queue(), "paused", true);
    String first = enqueue(ofType("paused", "a")).get(0);
    String second = enqueue(ofType("other", "a")).get(0);
    assertKeyWaits();

    control().pauseType(queue(), "paused", false);
    succeed(onlyOne(first));
    succeed(onlyOne(second));
  }

  @Test
  void priorities_do_not_count_while_the_type_is_full_either() {
    limit(LimitScope.type("busy"), Limit.concurrency(1));
    enqueue(ofType("busy"));
    List<Claim> busy = claims();
    String low = enqueue(job("busy", "a", 1, Priority.LOW, NewJob.Start.NOW)).get(0);
    String high = enqueue(job("busy", "a", 1, Priority.HIGH, NewJob.Start.NOW)).get(0);
    assertKeyWaits();

    busy.forEach(this::succeed);
    succeed(onlyOne(low));
    succeed(onlyOne(high));
  }

  @Test
  void priorities_do_not_count() {
    List<String> keys =
        enqueue(of("a", Priority.LOW), of("a", Priority.HIGH), of("a", Priority.NORMAL));
    assertThat(parked()).containsExactly(keys.get(1), keys.get(2));
    for (String key : keys) {
      succeed(onlyOne(key));
    }
  }

  @Test
  void other_keys_run_beside_it() {
    String first = enqueueOf("a", 2).get(0);
    List<String> others = enqueueOf("b", 2);
    assertThat(claimed()).containsExactlyInAnyOrder(first, others.get(0), others.get(1));
  }

  @Test
  void the_key_waits_for_the_retry_of_its_job() {
    List<String> keys = enqueueOf("a", 2);
    taker().settle(onlyOne(keys.get(0)), retry(SECOND));
    assertKeyWaits();
    String third = enqueue(of("a", Priority.HIGH)).get(0);
    assertKeyWaits();
    advance(SECOND);
    taker().settle(onlyOne(keys.get(0)), retry(Duration.ZERO));
    succeed(onlyOne(keys.get(0)));
    succeed(onlyOne(keys.get(1)));
    succeed(onlyOne(third));
  }

  @Test
  void the_key_waits_while_its_job_is_snoozed_missed_or_released() {
    List<String> keys = enqueueOf("a", 2);
    for (Outcome outcome :
        List.of(new Outcome.Snoozed(SECOND), new Outcome.Missed(SECOND), new Outcome.Released())) {
      assertThat(taker().settle(onlyOne(keys.get(0)), outcome)).isEqualTo(Settled.DONE);
      if (!(outcome instanceof Outcome.Released)) {
        assertKeyWaits();
        advance(SECOND);
      }
    }
    succeed(onlyOne(keys.get(0)));
    onlyOne(keys.get(1));
  }

  @Test
  void the_key_waits_for_a_job_that_backed_off() {
    List<String> keys = enqueueOf("a", 2);
    taker().settle(onlyOne(keys.get(0)), new Outcome.BackedOff(SECOND));
    assertKeyWaits();
    assertThat(parked()).isEqualTo(keys);
    advance(SECOND);
    succeed(onlyOne(keys.get(0)));
    onlyOne(keys.get(1));
  }

  @Test
  void the_key_waits_for_a_job_that_was_taken_back_after_a_crash() {
    List<String> keys = enqueueOf("a", 2);
    onlyOne(keys.get(0));
    assertKeyWaits();
    passReaping(TurnTaker.LEASE);
    onlyOne(keys.get(0));
    // From the second crash on it is a suspect, and still its turn.
    passReaping(TurnTaker.LEASE.plus(PERIOD));
    succeed(onlyOne(keys.get(0)));
    onlyOne(keys.get(1));
  }

  @Test
  void the_key_goes_on_after_every_end() {
    List<Outcome> ends =
        List.of(
            succeeded(),
            new Outcome.Discarded(),
            buried(StateReason.EXHAUSTED),
            new Outcome.Buried(StateReason.BURIED, null));
    List<String> keys = enqueueOf("a", ends.size() + 1);
    for (int i = 0; i < ends.size(); i++) {
      taker().settle(onlyOne(keys.get(i)), ends.get(i));
    }
    onlyOne(keys.get(ends.size()));
  }

  @Test
  void the_key_goes_on_after_its_job_has_crashed_too_often() {
    List<String> keys = enqueueOf("a", 2);
    for (int i = 0; i < MAX_CRASHES; i++) {
      onlyOne(keys.get(0));
      passReaping(TurnTaker.LEASE.plus(PERIOD));
    }
    assertThat(state(keys.get(0))).isEqualTo(JobState.DEAD);
    onlyOne(keys.get(1));
  }

  @Test
  void the_key_goes_on_when_its_job_is_cancelled_or_deleted_while_it_waits() {
    List<String> keys = enqueueOf("a", 5);
    assertThat(cancel(keys.get(0))).isEqualTo(ActReply.DONE);
    taker().settle(onlyOne(keys.get(1)), retry(SECOND));
    assertThat(cancel(keys.get(1))).isEqualTo(ActReply.DONE);
    assertThat(control().delete(queue(), keys.get(2))).isEqualTo(ActReply.DONE);
    taker().settle(onlyOne(keys.get(3)), new Outcome.BackedOff(SECOND));
    assertThat(control().delete(queue(), keys.get(3))).isEqualTo(ActReply.DONE);
    assertKeyWaits();
    advance(SECOND);
    onlyOne(keys.get(4));
  }

  @Test
  void the_key_goes_on_when_its_job_is_cancelled_while_it_runs() {
    List<String> keys = enqueueOf("a", 2);
    Claim claim = onlyOne(keys.get(0));
    cancel(keys.get(0));
    assertKeyWaits();
    assertThat(taker().settle(claim, retry(SECOND))).isEqualTo(Settled.CANCELLED);
    onlyOne(keys.get(1));
  }

  @Test
  void a_job_in_line_that_is_cancelled_deleted_or_rescheduled_leaves_the_line() {
    List<String> keys = enqueueOf("a", 5);
    cancel(keys.get(1));
    control().delete(queue(), keys.get(2));
    assertThat(control().reschedule(queue(), keys.get(3), now().plus(SECOND)))
        .isEqualTo(ActReply.DONE);
    assertThat(parked()).containsExactly(keys.get(4));
    succeed(onlyOne(keys.get(0)));
    succeed(onlyOne(keys.get(4)));
    advance(SECOND);
    onlyOne(keys.get(3));
  }

  @Test
  void to_reschedule_a_job_gives_its_turn_up() {
    List<String> keys = enqueueOf("a", 3);
    assertThat(control().reschedule(queue(), keys.get(0), now().plus(SECOND)))
        .isEqualTo(ActReply.DONE);
    Claim second = onlyOne(keys.get(1));
    advance(SECOND);
    assertKeyWaits();
    succeed(second);
    succeed(onlyOne(keys.get(2)));
    onlyOne(keys.get(0));
  }

  @Test
  void to_reschedule_a_job_between_two_attempts_gives_its_turn_up() {
    List<String> keys = enqueueOf("a", 2);
    taker().settle(onlyOne(keys.get(0)), retry(SECOND));
    control().reschedule(queue(), keys.get(0), now().plus(SECOND.multipliedBy(2)));
    onlyOne(keys.get(1));
  }

  @Test
  void a_purge_leaves_a_key_that_works() {
    enqueueOf("a", 5);
    while (control().purge(queue()) > 0) {
      // Until nothing is left.
    }
    List<String> keys = enqueueOf("a", 2);
    succeed(onlyOne(keys.get(0)));
    onlyOne(keys.get(1));
  }

  @Test
  void a_redriven_dead_letter_stands_at_the_end_of_the_line() {
    List<String> keys = enqueueOf("a", 3);
    taker().settle(onlyOne(keys.get(0)), buried(StateReason.EXHAUSTED));
    Claim second = onlyOne(keys.get(1));
    assertThat(control().redrive(queue(), keys.get(0))).isEqualTo(ActReply.DONE);
    assertKeyWaits();
    succeed(second);
    succeed(onlyOne(keys.get(2)));
    onlyOne(keys.get(0));
  }

  @Test
  void a_delayed_job_has_its_place_from_when_it_is_due() {
    String delayed = enqueue(later("a", SECOND)).get(0);
    List<String> keys = enqueueOf("a", 2);
    Claim first = onlyOne(keys.get(0));
    advance(SECOND);
    assertKeyWaits();
    String last = enqueueOf("a", 1).get(0);
    succeed(first);
    succeed(onlyOne(keys.get(1)));
    succeed(onlyOne(delayed));
    onlyOne(last);
  }

  @Test
  void an_order_that_is_set_later_holds_for_what_is_in_the_lanes() {
    List<String> keys = enqueueApart("b", 5);
    limit(LimitScope.key("b"), Limit.inOrder());
    for (String key : keys) {
      succeed(onlyOne(key));
    }
  }

  @Test
  void an_order_that_is_set_later_waits_for_all_that_are_active() {
    List<String> keys = enqueueApart("b", 4);
    List<Claim> active = taker().claim(2);
    limit(LimitScope.key("b"), Limit.inOrder());
    assertKeyWaits();
    succeed(active.get(0));
    assertKeyWaits();
    succeed(active.get(1));
    succeed(onlyOne(keys.get(2)));
    onlyOne(keys.get(3));
  }

  @Test
  void what_an_order_parked_is_let_go_when_it_is_taken_back() {
    List<String> keys = enqueueOf("a", 5);
    onlyOne(keys.get(0));
    unlimit(LimitScope.key("a"));

    assertThat(claimed()).isEqualTo(keys.subList(1, 5));
  }

  @Test
  void an_order_that_is_taken_back_and_set_again_holds_again() {
    enqueueOf("a", 3);
    List<Claim> active = claims();
    unlimit(LimitScope.key("a"));
    active.addAll(claims());
    assertThat(active).hasSize(3);
    limit(LimitScope.key("a"), Limit.inOrder());
    String next = enqueueOf("a", 1).get(0);
    succeed(active.get(2));
    succeed(active.get(0));
    assertKeyWaits();
    succeed(active.get(1));
    onlyOne(next);
  }

  @Test
  void a_rate_holds_within_an_order() {
    limit(LimitScope.key("a"), Limit.inOrder().withRate(Rate.of(1, SECOND)));
    List<String> keys = enqueueOf("a", 3);
    succeed(onlyOne(keys.get(0)));
    assertKeyWaits();
    advance(SECOND);
    taker().settle(onlyOne(keys.get(1)), retry(Duration.ZERO));
    assertKeyWaits();
    advance(SECOND);
    succeed(onlyOne(keys.get(1)));
    assertKeyWaits();
    advance(SECOND);
    onlyOne(keys.get(2));
  }

  @Test
  void a_paused_type_makes_the_key_wait_with_its_job() {
    List<String> keys = enqueue(ofType("t", "a"), of("a"));
    control().pauseType(queue(), "t", true);
    assertKeyWaits();
    control().pauseType(queue(), "t", false);
    succeed(onlyOne(keys.get(0)));
    onlyOne(keys.get(1));
  }

  @Test
  void an_outcome_sent_again_ends_no_second_turn() {
    List<String> keys = enqueueOf("a", 3);
    Claim first = onlyOne(keys.get(0));
    succeed(first);
    assertThat(taker().turn(0, new Settlement(first.held(), succeeded())).settled())
        .containsExactly(Settled.ALREADY);
    Claim second = onlyOne(keys.get(1));
    assertThat(taker().settle(first, succeeded())).isEqualTo(Settled.ALREADY);
    assertKeyWaits();
    succeed(second);
    onlyOne(keys.get(2));
  }
}
