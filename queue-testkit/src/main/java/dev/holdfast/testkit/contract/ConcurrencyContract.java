package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many jobs are active at once, and who is next when a place comes back. */
public abstract class ConcurrencyContract extends LimitedJobs {
  // How many.

  @Test
  void no_more_of_a_key_are_active_at_once_than_its_limit_allows() {
    limit(LimitScope.key("a"), Limit.concurrency(2));
    List<String> keys = enqueueOf("a", 5);

    assertThat(claimed()).isEqualTo(keys.subList(0, 2));
    assertThat(claimed()).isEmpty();
    assertThat(stats().active()).isEqualTo(2);
    assertThat(stats().parked()).isEqualTo(3);
  }

  @Test
  void each_key_is_counted_apart_and_jobs_without_a_key_are_not_counted() {
    limit(EACH_KEY, Limit.concurrency(1));
    String a = enqueueOf("a", 3).get(0);
    String b = enqueueOf("b", 3).get(0);
    List<String> others = enqueue(3);

    assertThat(claimed()).containsExactly(a, b, others.get(0), others.get(1), others.get(2));
  }

  @Test
  void the_limit_of_one_key_wins_over_that_of_each() {
    limit(EACH_KEY, Limit.concurrency(1));
    limit(LimitScope.key("a"), Limit.concurrency(3));
    enqueueOf("a", 5);
    enqueueOf("b", 5);

    assertThat(claims()).hasSize(4);
  }

  @Test
  void no_more_of_a_type_are_active_at_once_than_its_limit_allows() {
    limit(LimitScope.type("t"), Limit.concurrency(1));
    String first = enqueue(ofType("t"), ofType("t"), ofType("t")).get(0);
    String other = enqueue(ofType("u")).get(0);

    assertThat(claimed()).containsExactly(first, other);
  }

  @Test
  void the_limit_of_the_queue_stops_claiming_and_parks_nothing() {
    limit(LimitScope.queue(), Limit.concurrency(3));
    List<String> keys = enqueue(5);

    TurnReply reply = taker().turn(10);

    assertThat(keysOf(reply.claims())).isEqualTo(keys.subList(0, 3));
    assertThat(reply.more()).isFalse();
    assertThat(reply.nextDue()).isNull();
    assertThat(stats().ready()).isEqualTo(2);
    assertThat(stats().parked()).isZero();
    assertThat(taker("w2").claim(10)).isEmpty();
    succeed(reply.claims().get(1));
    assertThat(keysOf(taker("w2").claim(10))).containsExactly(keys.get(3));
  }

  @Test
  void a_turn_that_settles_uses_the_place_it_gives_back() {
    limit(LimitScope.queue(), Limit.concurrency(1));
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    Claim first = taker().claimOne();

    TurnReply reply = taker().turn(5, new Settlement(first.held(), succeeded()));

    assertThat(keysOf(reply.claims())).containsExactly(keys.get(1));
  }

  @Test
  void a_job_takes_a_place_of_its_type_and_of_its_key() {
    limit(LimitScope.type("t"), Limit.concurrency(2));
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys =
        enqueue(ofType("t", "a"), ofType("t", "a"), ofType("t", "b"), ofType("t", "c"));

    List<Claim> claims = claims();
    assertThat(keysOf(claims)).containsExactly(keys.get(0), keys.get(2));
    succeed(claims.get(1));
    // Its type has a place now, and its key has one for c only.
    claims.addAll(claims());
    assertThat(keysOf(claims)).containsExactly(keys.get(0), keys.get(2), keys.get(3));
    succeed(claims.get(0));
    assertThat(claimed()).containsExactly(keys.get(1));
  }

  @Test
  void a_job_parked_by_its_key_holds_no_place_of_its_type() {
    limit(LimitScope.type("t"), Limit.concurrency(2));
    limit(EACH_KEY, Limit.concurrency(1));
    String first = enqueue(ofType("u", "a")).get(0);
    assertThat(claimed()).containsExactly(first);
    List<String> keys =
        enqueue(ofType("t", "a"), ofType("t", "b"), ofType("t", "c"), ofType("t", "d"));

    assertThat(claimed()).containsExactly(keys.get(1), keys.get(2));
    assertThat(stored(keys.get(0)).parkedBy()).isEqualTo("key a");
    assertThat(stored(keys.get(3)).parkedBy()).isEqualTo("type t");
  }

  @Test
  void a_job_that_its_key_keeps_lets_the_next_of_its_type_go() {
    limit(LimitScope.type("t"), Limit.concurrency(1));
    limit(EACH_KEY, Limit.concurrency(1));
    enqueue(ofType("t"));
    Claim first = taker().claimOne();
    List<String> keys = enqueue(ofType("t", "a"), ofType("t"));
    enqueue(ofType("u", "a"));
    assertThat(claims()).hasSize(1);
    succeed(first);

    assertThat(claimed()).containsExactly(keys.get(1));
    assertThat(stored(keys.get(0)).parkedBy()).isEqualTo("key a");
  }

  @Test
  void a_job_that_its_type_keeps_lets_the_next_of_its_key_go() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueue(ofType("u", "a"));
    Claim first = taker().claimOne();
    List<String> keys = enqueue(ofType("t", "a"), ofType("u", "a"));
    control().pauseType(queue(), "t", true);
    succeed(first);

    assertThat(claimed()).containsExactly(keys.get(1));
    assertThat(stored(keys.get(0)).parkedBy()).isEqualTo("type t");
  }

  // A place comes back.

  @Test
  void every_outcome_gives_the_place_back() {
    limit(EACH_KEY, Limit.concurrency(1));
    Duration wait = Duration.ofMinutes(1);
    List<Outcome> outcomes =
        List.of(
            succeeded(),
            new Outcome.Succeeded(bytes("1")),
            retry(wait),
            new Outcome.Snoozed(wait),
            new Outcome.Missed(wait),
            buried(StateReason.EXHAUSTED),
            new Outcome.Buried(StateReason.BURIED, null),
            new Outcome.Discarded());
    List<String> keys = enqueueOf("a", outcomes.size() + 1);
    for (int i = 0; i < outcomes.size(); i++) {
      Claim claim = taker().claimOne();
      assertThat(claim.held().key()).isEqualTo(keys.get(i));
      assertThat(claimed()).isEmpty();
      assertThat(taker().settle(claim, outcomes.get(i))).isEqualTo(Settled.DONE);
    }
    assertThat(claimed()).containsExactly(keys.get(outcomes.size()));
  }

  @Test
  void a_job_cancelled_while_it_runs_gives_its_place_back() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    Claim claim = taker().claimOne();
    cancel(keys.get(0));
    assertThat(claimed()).isEmpty();

    assertThat(taker().settle(claim, retry(Duration.ZERO))).isEqualTo(Settled.CANCELLED);
    assertThat(claimed()).containsExactly(keys.get(1));
  }

  @Test
  void a_released_job_gives_its_place_up_and_one_of_its_key_is_claimed() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    assertThat(taker().settle(taker().claimOne(), new Outcome.Released())).isEqualTo(Settled.DONE);

    assertThat(claimed()).hasSize(1).isSubsetOf(keys);
    assertThat(stats().active()).isEqualTo(1);
  }

  @Test
  void a_place_comes_back_when_the_lease_of_a_dead_worker_is_reaped() {
    limit(EACH_KEY, Limit.concurrency(1));
    limit(LimitScope.queue(), Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    taker("dead").claimOne();
    advance(TurnTaker.LEASE.minusMillis(1));
    assertThat(claimed()).isEmpty();
    advance(Duration.ofMillis(1));
    passReaping(GRACE.plus(PERIOD));

    assertThat(claimed()).hasSize(1).isSubsetOf(keys);
    assertThat(stats().active()).isEqualTo(1);
  }

  @Test
  void a_place_comes_back_when_a_job_has_crashed_too_often() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    // The other one has its claims, too, and is given back.
    while (state(keys.get(0)) != JobState.DEAD) {
      Claim claim = taker().nextStartsHigh().claimOne();
      if (claim.held().key().equals(keys.get(0))) {
        passReaping(TurnTaker.LEASE);
      } else {
        taker().settle(claim, new Outcome.Snoozed(Duration.ofSeconds(1)));
        passReaping(PERIOD);
      }
    }
    passReaping(PERIOD);

    assertThat(claimed()).containsExactly(keys.get(1));
  }

  @Test
  void an_outcome_that_comes_after_the_reap_frees_no_second_place() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 4);
    Claim lost = taker("slow").claimOne();
    passReaping(TurnTaker.LEASE);
    assertThat(claims()).hasSize(1);

    assertThat(taker("slow").settle(lost, succeeded())).isNotEqualTo(Settled.DONE);
    assertThat(claimed()).isEmpty();
    assertThat(stats().active()).isEqualTo(1);
  }

  @Test
  void an_outcome_that_is_sent_again_frees_no_second_place() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 4);
    Claim first = taker().claimOne();
    Settlement done = new Settlement(first.held(), succeeded());
    TurnReply lost = taker().turn(1, done);
    assertThat(lost.claims()).hasSize(1);

    TurnReply again = taker().repeat(List.of(first.held().key()), 1, done);

    assertThat(again.settled()).containsExactly(Settled.ALREADY);
    assertThat(again.claims()).extracting(Claim::held).containsExactly(lost.claims().get(0).held());
    assertThat(claimed()).isEmpty();
    assertThat(stats().active()).isEqualTo(1);
    assertThat(taker().settle(first, succeeded())).isEqualTo(Settled.ALREADY);
    assertThat(claimed()).isEmpty();
  }

  @Test
  void a_lost_answer_takes_no_second_place() {
    limit(EACH_KEY, Limit.concurrency(2));
    enqueueOf("a", 4);
    List<Claim> lost = taker().claim(1);
    assertThat(keysOf(taker().repeat(List.of(), 1))).isEqualTo(keysOf(lost));

    assertThat(claims()).hasSize(1);
    assertThat(stats().active()).isEqualTo(2);
  }

  private static List<String> keysOf(TurnReply reply) {
    return keysOf(reply.claims());
  }

  // Who is next.

  @Test
  void a_freed_place_is_for_the_one_that_has_waited_longest() {
    limit(EACH_KEY, Limit.concurrency(2));
    List<String> keys = enqueueApart("a", 6);
    List<String> order = new ArrayList<>();
    List<Claim> active = claims();
    while (!active.isEmpty()) {
      order.add(active.get(0).held().key());
      succeed(active.remove(0));
      active.addAll(claims());
    }
    assertThat(order).isEqualTo(keys);
  }

  @Test
  void a_job_that_was_let_go_too_early_keeps_its_place_in_line() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 4);
    Claim first = taker().claimOne();
    for (int i = 0; i < 3; i++) {
      // It is at the head of its lane, and takes the place again that the next one was let go for.
      assertThat(taker().settle(first, new Outcome.Released())).isEqualTo(Settled.DONE);
      first = taker().claimOne();
      assertThat(first.held().key()).isEqualTo(keys.get(0));
      assertThat(claimed()).isEmpty();
      assertThat(parked()).isEqualTo(keys.subList(1, 4));
    }
  }

  @Test
  void of_one_key_those_of_higher_priority_go_first() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueue(of("a"));
    Claim active = taker().claimOne();
    List<String> keys =
        enqueue(
            of("a", Priority.LOW),
            of("a", Priority.NORMAL),
            of("a", Priority.HIGH),
            of("a", Priority.LOW),
            of("a", Priority.HIGH));
    assertThat(parked())
        .containsExactly(keys.get(2), keys.get(4), keys.get(1), keys.get(0), keys.get(3));
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      succeed(active);
      active = taker().claimOne();
      order.add(active.held().key());
    }
    assertThat(order)
        .containsExactly(keys.get(2), keys.get(4), keys.get(1), keys.get(0), keys.get(3));
  }

  @Test
  void keys_take_turns_however_many_jobs_one_of_them_has() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> a = enqueueOf("a", 100);
    List<String> b = enqueueOf("b", 5);
    List<String> c = enqueueOf("c", 5);
    List<String> expected = new ArrayList<>();
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      expected.addAll(List.of(a.get(i), b.get(i), c.get(i)));
    }
    while (order.size() < expected.size()) {
      Claim claim = taker().nextStartsHigh().claimOne();
      order.add(claim.held().key());
      succeed(claim);
    }
    assertThat(order).isEqualTo(expected);
  }

  @Test
  void jobs_of_a_full_key_are_parked_at_once_and_stand_in_nobodys_way() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 1);
    assertThat(claims()).hasSize(1);
    List<String> keys = enqueueApart("a", 3);
    String other = enqueueOf("b", 1).get(0);

    assertThat(keys).allSatisfy(key -> assertThat(state(key)).isEqualTo(JobState.PARKED));
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(claimed()).containsExactly(other);
  }

  @Test
  void of_a_list_only_as_many_are_in_the_lanes_as_may_run() {
    limit(EACH_KEY, Limit.concurrency(2));
    List<String> keys = enqueueOf("a", 10);

    assertThat(stats().ready()).isEqualTo(2);
    assertThat(parked()).isEqualTo(keys.subList(2, 10));
  }

  @Test
  void a_job_that_is_due_again_gets_in_line() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    taker().settle(taker().claimOne(), retry(Duration.ofSeconds(1)));
    Claim second = taker().claimOne();
    assertThat(second.held().key()).isEqualTo(keys.get(1));
    advance(Duration.ofSeconds(1));
    assertThat(claimed()).isEmpty();
    assertThat(parked()).containsExactly(keys.get(2), keys.get(0));

    succeed(second);
    assertThat(claimed()).containsExactly(keys.get(2));
  }

  @Test
  void a_retry_without_a_wait_is_behind_the_one_that_gets_its_place() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    taker().settle(taker().claimOne(), retry(Duration.ZERO));

    assertThat(claimed()).containsExactly(keys.get(1));
  }

  @Test
  void a_job_without_history_that_ends_frees_its_place_too() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 2);
    Retention none = KEEP_NONE;
    TurnTaker taker = taker("w9").retention(none);
    assertThat(taker.settle(taker.claimOne(), succeeded())).isEqualTo(Settled.DONE);

    assertThat(claims()).hasSize(1);
  }
}
