package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What it means that a job backs off. */
public abstract class BackOffContract extends LimitedJobs {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  private static Outcome backOff(Duration delay) {
    return new Outcome.BackedOff(delay);
  }

  private Claim backOffFirst(Duration delay) {
    return claimAndSettle(backOff(delay));
  }

  @Test
  void no_job_of_the_key_is_claimed_until_the_time_is_over() {
    List<String> keys = enqueueApart("a", 3);
    backOffFirst(HALF_A_MINUTE);
    String later = enqueueOf("a", 1).get(0);

    assertThat(claimed()).isEmpty();
    advance(HALF_A_MINUTE.minusMillis(1));
    assertThat(claimed()).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(claimed()).containsExactlyInAnyOrder(keys.get(0), keys.get(1), keys.get(2), later);
  }

  @Test
  void other_keys_and_jobs_without_one_go_on() {
    enqueueOf("a", 2);
    backOffFirst(HALF_A_MINUTE);
    String other = enqueueOf("b", 1).get(0);
    String none = enqueueOne();

    assertThat(claimed()).containsExactly(other, none);
  }

  @Test
  void it_counts_as_a_snooze_and_spends_no_attempt() {
    String key = enqueueOf("a", 1).get(0);
    backOffFirst(HALF_A_MINUTE);

    StoredJob job = stored(key);
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 0, 1));
    assertThat(job.state()).isEqualTo(JobState.PARKED);
    assertThat(job.reason()).isEqualTo(StateReason.SNOOZED);
    assertThat(job.parkedBy()).isEqualTo("key a");
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.consumer()).isNull();
  }

  @Test
  void it_ends_a_row_of_crashes() {
    String key = enqueueOf("a", 1).get(0);
    taker("dead").claimOne();
    passReaping(TurnTaker.LEASE);
    backOffFirst(HALF_A_MINUTE);

    assertThat(counters(key).crashes()).isZero();
  }

  @Test
  void without_a_limit_key_the_job_snoozes_alone() {
    String key = enqueueOne();
    backOffFirst(HALF_A_MINUTE);
    String other = enqueueOne();

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.reason()).isEqualTo(StateReason.SNOOZED);
    assertThat(job.runAt()).isEqualTo(now().plus(HALF_A_MINUTE));
    assertThat(job.counters().snoozes()).isEqualTo(1);
    assertThat(claimed()).containsExactly(other);
    advance(HALF_A_MINUTE);
    assertThat(claimed()).containsExactly(key);
  }

  @Test
  void those_that_run_meanwhile_run_on() {
    enqueueApart("a", 2);
    List<Claim> active = claims();
    taker().settle(active.get(0), backOff(HALF_A_MINUTE));

    assertThat(taker().settle(active.get(1), succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void the_longest_wait_counts() {
    enqueueApart("a", 3);
    List<Claim> active = claims();
    taker().settle(active.get(0), backOff(HALF_A_MINUTE));
    taker().settle(active.get(1), backOff(HALF_A_MINUTE.multipliedBy(2)));
    advance(Duration.ofSeconds(10));
    taker().settle(active.get(2), backOff(Duration.ofSeconds(1)));
    advance(HALF_A_MINUTE);
    assertThat(claimed()).isEmpty();
    advance(Duration.ofSeconds(20));
    assertThat(claimed()).hasSize(3);
  }

  @Test
  void one_worker_is_told_when_it_is_over() {
    enqueueOf("a", 1);
    Claim claim = taker().watchTerm(Duration.ofSeconds(4)).claimOne();

    assertThat(taker().turn(1, new Settlement(claim.held(), backOff(HALF_A_MINUTE))).nextDue())
        .isEqualTo(HALF_A_MINUTE);
  }

  @Test
  void it_gives_its_place_back_and_goes_first_when_there_is_one() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    backOffFirst(HALF_A_MINUTE);
    String high = enqueue(of("a", Priority.HIGH)).get(0);
    assertThat(claimed()).isEmpty();
    assertThat(parked()).containsExactly(keys.get(0), high, keys.get(1), keys.get(2));
    advance(HALF_A_MINUTE);

    Claim first = taker().claimOne();
    assertThat(first.held().key()).isEqualTo(keys.get(0));
    succeed(first);
    Claim second = taker().nextStartsHigh().claimOne();
    assertThat(second.held().key()).isEqualTo(high);
    succeed(second);
    assertThat(claimed()).containsExactly(keys.get(1));
  }

  @Test
  void a_delayed_or_retried_job_of_the_key_waits_too() {
    List<String> keys = enqueueApart("a", 2);
    String delayed = enqueue(later("a", Duration.ofSeconds(5))).get(0);
    List<Claim> active = claims();
    taker().settle(active.get(0), retry(Duration.ofSeconds(1)));
    taker().settle(active.get(1), backOff(HALF_A_MINUTE));
    advance(Duration.ofSeconds(6));
    assertThat(claimed()).isEmpty();
    assertThat(stats().parked()).isEqualTo(3);
    advance(HALF_A_MINUTE);
    assertThat(claimed()).containsExactlyInAnyOrder(keys.get(0), keys.get(1), delayed);
  }

  @Test
  void an_asked_for_cancel_ends_a_job_that_backs_off() {
    String key = enqueueOf("a", 2).get(0);
    Claim claim = taker().claimOne();
    cancel(key);

    assertThat(taker().settle(claim, backOff(HALF_A_MINUTE))).isEqualTo(Settled.CANCELLED);
    assertThat(state(key)).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void sent_again_it_changes_nothing() {
    String key = enqueueOf("a", 1).get(0);
    Claim claim = backOffFirst(HALF_A_MINUTE);
    Instant over = now().plus(HALF_A_MINUTE);
    advance(Duration.ofSeconds(10));

    assertThat(taker().settle(claim, backOff(HALF_A_MINUTE))).isEqualTo(Settled.ALREADY);
    assertThat(counters(key).snoozes()).isEqualTo(1);
    advance(Duration.between(now(), over));
    assertThat(claimed()).containsExactly(key);
  }

  @Test
  void a_back_off_of_no_time_puts_the_job_in_line_again() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    backOffFirst(Duration.ZERO);

    assertThat(claimed()).hasSize(1).isSubsetOf(keys);
    assertThat(stats().active()).isEqualTo(1);
  }

  @Test
  void of_many_that_waited_none_is_left() {
    enqueueOf("a", 1);
    backOffFirst(HALF_A_MINUTE);
    enqueueOf("a", 350);
    advance(HALF_A_MINUTE);

    assertThat(claims()).hasSize(351);
  }
}
