package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How many jobs are claimed in a time. */
public abstract class RateContract extends LimitedJobs {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofMinutes(10);

  /** How late a permit may be looked for, so that a turn of a high rate finds several. */
  private static final Duration A_LITTLE = Duration.ofMillis(5);

  private static final Duration TERM = Duration.ofSeconds(4);

  /** What was claimed, and when. */
  private record Taken(Instant at, int cost) {}

  // Exactness.

  @Test
  void a_rate_of_a_key_without_a_burst_is_exact() {
    assertExact(LimitScope.Kind.KEY, Rate.of(60, MINUTE), 1, LONG);
  }

  @Test
  void a_rate_of_a_key_with_a_burst_and_costs_is_exact() {
    assertExact(LimitScope.Kind.KEY, Rate.of(60, MINUTE).burst(5), 3, LONG);
  }

  @Test
  void a_rate_of_a_key_whose_permits_come_ten_a_second_is_exact() {
    assertExact(LimitScope.Kind.KEY, Rate.of(10, SECOND).burst(20), 1, LONG);
  }

  @Test
  void a_rate_of_a_type_whose_permits_come_at_odd_times_is_exact() {
    assertExact(LimitScope.Kind.TYPE, Rate.of(7, Duration.ofSeconds(13)).burst(3), 2, LONG);
  }

  @Test
  void a_rate_of_a_type_with_jobs_that_cost_more_than_the_burst_is_exact() {
    assertExact(LimitScope.Kind.TYPE, Rate.of(90, MINUTE).burst(2), 5, LONG);
  }

  @Test
  void a_rate_of_a_queue_with_costs_is_exact() {
    assertExact(LimitScope.Kind.QUEUE, Rate.of(100, MINUTE).burst(4), 4, LONG);
  }

  @Test
  void a_rate_of_a_queue_whose_permits_come_at_odd_times_is_exact() {
    assertExact(LimitScope.Kind.QUEUE, Rate.of(3, SECOND).burst(2), 1, LONG);
  }

  @Test
  void a_high_rate_of_a_queue_is_exact() {
    assertExact(
        LimitScope.Kind.QUEUE, Rate.of(1_000, SECOND).burst(100), 1, SECOND.multipliedBy(5));
  }

  @Test
  void a_high_rate_of_a_key_with_costs_is_exact() {
    assertExact(LimitScope.Kind.KEY, Rate.of(1_000, SECOND).burst(100), 7, SECOND.multipliedBy(5));
  }

  /** In no span is more claimed than the rate allows, and no less than 99 % while work waits. */
  private void assertExact(LimitScope.Kind kind, Rate rate, int costs, Duration time) {
    limit(new LimitScope(kind, nameOf(kind)), Limit.rate(rate));
    double perMilli = rate.permits() / (double) rate.period().toMillis();
    Instant end = now().plus(time);
    double most = perMilli * time.toMillis() + rate.burst();
    List<Taken> taken = new ArrayList<>();
    Map<String, Integer> costOf = new HashMap<>();
    int enqueued = 0;
    int idle = 0;
    TurnTaker worker = taker().watchTerm(TERM);
    List<Settlement> done = new ArrayList<>();
    while (now().isBefore(end)) {
      if (costOf.size() < 200) {
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          int cost = 1 + enqueued++ % costs;
          NewJob job = job(TYPE, nameOf(LimitScope.Kind.KEY), cost, Priority.NORMAL, Start.NOW);
          jobs.add(job);
          costOf.put(job.key(), cost);
        }
        enqueue(jobs.toArray(NewJob[]::new));
      }
      TurnReply reply = worker.nextStartsHigh().turn(100, done.toArray(Settlement[]::new));
      done.clear();
      for (Claim claim : reply.claims()) {
        Integer cost = costOf.remove(claim.held().key());
        taken.add(new Taken(now(), Objects.requireNonNull(cost)));
        done.add(new Settlement(claim.held(), succeeded()));
      }
      if (!reply.more() && reply.claims().size() < 100) {
        Duration next = reply.nextDue();
        assertThat(next).as("who waits is told until when").isNotNull();
        idle = reply.claims().isEmpty() && Duration.ZERO.equals(next) ? idle + 1 : 0;
        assertThat(idle).as("turns for nothing that ask for another at once").isLessThan(3);
        advance(next == null ? SECOND : next);
      }
    }
    assertBounded(taken, perMilli, Math.max(rate.burst(), costs));
    int sum = taken.stream().mapToInt(Taken::cost).sum();
    assertThat((double) sum)
        .as("what was let through of %s", most)
        .isGreaterThan(0.99 * most - costs);
  }

  private static String nameOf(LimitScope.Kind kind) {
    return switch (kind) {
      case TYPE -> TYPE;
      case KEY -> "a";
      default -> "";
    };
  }

  /** In no span is more taken than its length allows, and what is allowed at once. */
  private static void assertBounded(List<Taken> taken, double perMilli, int atOnce) {
    double ahead = 0;
    double least = Double.MAX_VALUE;
    Instant first = taken.get(0).at();
    for (Taken one : taken) {
      double allowed = Duration.between(first, one.at()).toMillis() * perMilli;
      least = Math.min(least, ahead - allowed);
      ahead += one.cost();
      assertThat(ahead - allowed - least).as("%s", one).isLessThanOrEqualTo(atOnce + 1e-6);
    }
  }

  @Test
  void each_key_has_a_rate_of_its_own() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND).burst(2)));
    List<String> a = enqueueOf("a", 5);
    List<String> b = enqueueOf("b", 5);

    assertThat(claimed()).containsExactlyInAnyOrder(a.get(0), a.get(1), b.get(0), b.get(1));
    advance(SECOND);
    assertThat(claimed()).containsExactlyInAnyOrder(a.get(2), b.get(2));
  }

  @Test
  void a_job_takes_permits_of_its_type_only_when_its_key_allows_it() {
    limit(LimitScope.type("t"), Limit.rate(Rate.of(1, Duration.ofMinutes(1)).burst(2)));
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueue(ofType("t", "a"), ofType("t", "a"), ofType("t", "b"));

    assertThat(claimed()).containsExactly(keys.get(0), keys.get(2));
    advance(Duration.ofMinutes(1).minus(A_LITTLE));
    assertThat(claimed()).isEmpty();
  }

  // What counts.

  @Test
  void permits_are_taken_at_the_claim_so_that_what_has_waited_is_claimed_no_faster() {
    limit(LimitScope.key("a"), Limit.rate(Rate.of(1, SECOND).burst(3)));
    control().pause(queue(), true);
    enqueueApart("a", 20);
    advance(Duration.ofHours(5));
    control().pause(queue(), false);

    assertThat(claims()).hasSize(3);
    advance(SECOND);
    assertThat(claims()).hasSize(1);
    advance(SECOND.multipliedBy(2));
    assertThat(claims()).hasSize(2);
  }

  @Test
  void a_retry_costs_again() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    String key = enqueueOf("a", 1).get(0);
    taker().settle(taker().claimOne(), retry(Duration.ZERO));

    assertThat(claimed()).isEmpty();
    assertThat(state(key)).isEqualTo(JobState.PARKED);
    advance(SECOND);
    assertThat(claimed()).containsExactly(key);
  }

  @Test
  void a_crash_costs_again() {
    Duration period = Duration.ofMinutes(10);
    limit(EACH_KEY, Limit.rate(Rate.of(1, period)));
    String key = enqueueOf("a", 1).get(0);
    Instant first = now();
    taker("dead").claimOne();
    passReaping(TurnTaker.LEASE.plus(PERIOD));

    assertThat(claimed()).isEmpty();
    advance(Duration.between(now(), first.plus(period)));
    assertThat(claimed()).containsExactly(key);
  }

  @Test
  void a_costly_job_waits_until_all_its_permits_are_there() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND).burst(5)));
    enqueueOf("a", 3);
    assertThat(claims()).hasSize(3);
    String costly = enqueue(costing(4, "a")).get(0);
    advance(SECOND.multipliedBy(2).minus(A_LITTLE));
    assertThat(claimed()).isEmpty();
    advance(A_LITTLE);

    assertThat(claimed()).containsExactly(costly);
  }

  @Test
  void a_job_that_costs_more_than_the_burst_runs_alone_and_the_next_waits_longer() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND).burst(2)));
    String small = enqueue(costing(1, "a")).get(0);
    assertThat(claimed()).containsExactly(small);
    String huge = enqueue(costing(10, "a")).get(0);
    assertThat(claimed()).isEmpty();
    advance(SECOND);
    assertThat(claimed()).containsExactly(huge);
    String next = enqueueOf("a", 1).get(0);
    advance(SECOND.multipliedBy(9).minus(A_LITTLE));
    assertThat(claimed()).isEmpty();
    advance(A_LITTLE);
    assertThat(claimed()).containsExactly(next);
  }

  // Waiting.

  @Test
  void jobs_over_the_rate_of_their_key_stand_in_nobodys_way() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    List<String> a = enqueueOf("a", 10);
    List<String> others = enqueue(3);

    assertThat(claimed()).containsExactly(a.get(0), others.get(0), others.get(1), others.get(2));
    assertThat(parked()).isEqualTo(a.subList(1, 10));
    assertThat(stored(a.get(1)).parkedBy()).isEqualTo("key a");
  }

  @Test
  void the_rate_of_the_queue_stops_claiming_until_the_next_permit_and_parks_nothing() {
    limit(LimitScope.queue(), Limit.rate(Rate.of(1, SECOND).burst(2)));
    List<String> keys = enqueue(5);
    taker().watchTerm(TERM);

    TurnReply reply = taker().turn(10);
    assertThat(keysOf(reply.claims())).isEqualTo(keys.subList(0, 2));
    assertThat(reply.more()).isFalse();
    assertThat(reply.nextDue()).isEqualTo(SECOND);
    assertThat(stats().ready()).isEqualTo(3);
    assertThat(stats().parked()).isZero();
    advance(SECOND.minus(A_LITTLE));
    TurnReply early = taker().turn(10);
    assertThat(early.claims()).isEmpty();
    assertThat(early.nextDue()).isEqualTo(A_LITTLE);
    advance(A_LITTLE);
    assertThat(keysOf(taker().turn(10).claims())).containsExactly(keys.get(2));
  }

  @Test
  void one_worker_is_told_when_the_next_permit_is_there() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    enqueueOf("a", 3);
    TurnReply first = taker("w1").watchTerm(TERM).turn(5);
    TurnReply second = taker("w2").watchTerm(TERM).turn(5);

    assertThat(first.claims()).hasSize(1);
    assertThat(first.nextDue()).isEqualTo(SECOND);
    assertThat(second.claims()).isEmpty();
    assertThat(second.nextDue()).isNull();
  }

  @Test
  void an_earlier_due_time_comes_before_the_next_permit() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    enqueueOf("a", 3);
    enqueue(delayed(Duration.ofMillis(400)));

    assertThat(taker().watchTerm(TERM).turn(5).nextDue()).isEqualTo(Duration.ofMillis(400));
    advance(Duration.ofMillis(400));
    assertThat(taker().turn(5).nextDue()).isEqualTo(Duration.ofMillis(600));
  }

  @Test
  void of_one_key_they_go_in_the_order_in_which_they_were_parked() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    List<String> keys = enqueueApart("a", 6);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      order.addAll(claimed());
      advance(SECOND);
    }
    assertThat(order).isEqualTo(keys);
  }

  @Test
  void no_more_than_a_turn_has_room_for_are_let_go_for_it() {
    limit(EACH_KEY, Limit.rate(Rate.of(100, SECOND).burst(10)));
    enqueueApart("a", 30);
    assertThat(claims()).hasSize(10);
    advance(SECOND);

    assertThat(taker().turn(4).claims()).hasSize(4);
    assertThat(claims()).hasSize(6);
    assertThat(stats().active()).isEqualTo(20);
  }

  @Test
  void a_snooze_gives_no_permit_back() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    List<String> keys = enqueueOf("a", 2);
    taker().settle(taker().claimOne(), new Outcome.Snoozed(Duration.ofHours(1)));
    assertThat(claimed()).isEmpty();
    advance(SECOND);
    assertThat(claimed()).containsExactly(keys.get(1));
  }

  // Settings.

  @Test
  void a_changed_rate_goes_on_from_what_was_taken() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, Duration.ofHours(1))));
    List<String> keys = enqueueOf("a", 3);
    assertThat(claimed()).containsExactly(keys.get(0));
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)));
    advance(SECOND.multipliedBy(10));
    assertThat(claimed()).isEmpty();
    advance(Duration.ofHours(1).minusSeconds(10));
    assertThat(claimed()).containsExactly(keys.get(1));
    advance(SECOND);
    assertThat(claimed()).containsExactly(keys.get(2));
  }

  @Test
  void what_a_rate_keeps_is_let_go_when_it_is_taken_back() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, Duration.ofHours(1))));
    enqueueOf("a", 20);
    assertThat(claims()).hasSize(1);
    unlimit(EACH_KEY);

    assertThat(claims()).hasSize(19);
  }

  @Test
  void a_rate_and_a_concurrency_both_hold() {
    limit(EACH_KEY, Limit.rate(Rate.of(10, SECOND).burst(3)).withConcurrency(2));
    enqueueApart("a", 10);
    List<Claim> active = claims();
    assertThat(active).hasSize(2);
    succeed(active.toArray(Claim[]::new));
    active = claims();
    assertThat(active).hasSize(1);
    advance(SECOND);
    active.addAll(claims());
    assertThat(active).hasSize(2);
    advance(SECOND);
    assertThat(claims()).isEmpty();
    succeed(active.toArray(Claim[]::new));
    assertThat(claims()).hasSize(2);
  }

  @Test
  void a_place_that_comes_back_before_a_permit_is_used_when_the_permit_is_there() {
    limit(EACH_KEY, Limit.rate(Rate.of(1, SECOND)).withConcurrency(1));
    List<String> keys = enqueueApart("a", 3);
    succeed(taker().claimOne());
    assertThat(claimed()).isEmpty();
    advance(SECOND);
    assertThat(claimed()).containsExactly(keys.get(1));
  }
}
