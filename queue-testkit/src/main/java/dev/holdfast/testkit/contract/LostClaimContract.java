package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of an outcome whose claim does not stand. */
public abstract class LostClaimContract extends EngineContract {
  private static final Duration WAIT = Duration.ofSeconds(10);

  @Test
  void a_second_outcome_of_a_claim_is_answered_as_already_and_changes_nothing() {
    String key = enqueueOne();
    Claim claim = claimAndSettle(succeeded());

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.ALREADY);
    assertThat(taker().settle(claim, retry(WAIT))).isEqualTo(Settled.ALREADY);
    assertThat(taker().settle(claim, buried(StateReason.BURIED))).isEqualTo(Settled.ALREADY);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
    assertThat(counters(key)).isEqualTo(new Counters(0, 1, 0, 0, 0));
  }

  @Test
  void two_outcomes_of_a_claim_in_one_turn_write_the_first() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();

    TurnReply reply =
        taker()
            .turn(
                0,
                new Settlement(claim.held(), retry(WAIT)),
                new Settlement(claim.held(), succeeded()));

    assertThat(reply.settled()).containsExactly(Settled.DONE, Settled.ALREADY);
    assertThat(state(key)).isEqualTo(JobState.SCHEDULED);
  }

  @Test
  void every_outcome_repeated_is_answered_as_already() {
    List<Outcome> outcomes =
        List.of(
            succeeded(),
            retry(WAIT),
            retry(Duration.ZERO),
            new Outcome.Snoozed(WAIT),
            buried(StateReason.BURIED),
            new Outcome.Discarded(),
            new Outcome.Released(),
            new Outcome.Missed(WAIT));
    for (Outcome outcome : outcomes) {
      String key = enqueue(job(Priority.HIGH)).get(0);
      Claim claim = taker().nextStartsHigh().claimOne();
      assertThat(claim.held().key()).isEqualTo(key);
      assertThat(taker().settle(claim, outcome)).isEqualTo(Settled.DONE);
      StoredJob before = stored(key);

      assertThat(taker().settle(claim, outcome)).as("%s", outcome).isEqualTo(Settled.ALREADY);
      assertThat(stored(key).counters()).isEqualTo(before.counters());
      assertThat(stored(key).state()).isEqualTo(before.state());
      engine().control().delete(queue(), key);
    }
  }

  @Test
  void an_outcome_whose_job_another_claim_holds_is_refused_as_taken() {
    String key = enqueueOne();
    Claim first = claimAndSettle(retry(Duration.ZERO));
    Claim second = taker("w2").claimOne();

    assertThat(taker().settle(first, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker("w2").settle(second, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void an_outcome_with_a_forged_nonce_is_refused_as_taken() {
    enqueueOne();
    Claim claim = taker().claimOne();
    Held forged =
        new Held(
            claim.held().key(), new ClaimToken(claim.held().token().number(), "ffffffffffffffff"));

    assertThat(taker().turn(0, new Settlement(forged, succeeded())).settled())
        .containsExactly(Settled.TAKEN);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void an_outcome_after_a_reap_is_refused_as_unclaimed_and_after_a_second_claim_as_taken() {
    String key = enqueueOne();
    Claim first = taker("w1").claimOne();
    passReaping(TurnTaker.LEASE);

    assertThat(taker("w1").settle(first, succeeded())).isEqualTo(Settled.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.READY);
    Claim second = taker("w2").claimOne();
    assertThat(taker("w1").settle(first, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(taker("w2").settle(second, succeeded())).isEqualTo(Settled.DONE);
    assertThat(taker("w1").settle(first, succeeded())).isEqualTo(Settled.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void an_outcome_after_the_lease_ended_is_accepted_while_nobody_reaped() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    advance(TurnTaker.LEASE.multipliedBy(5));

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void under_strict_leases_an_outcome_is_accepted_to_the_end_of_its_lease_and_refused_later() {
    String intime = enqueueOne();
    Claim first = taker().claimOne();
    advance(TurnTaker.LEASE);
    assertThat(taker().strict(true).settle(first, succeeded())).isEqualTo(Settled.DONE);
    assertThat(taker().strict(true).settle(first, succeeded())).isEqualTo(Settled.ALREADY);
    assertThat(state(intime)).isEqualTo(JobState.SUCCEEDED);

    String late = enqueueOne();
    Claim second = taker().claimOne();
    advance(TurnTaker.LEASE.plusMillis(1));
    assertThat(taker().strict(true).settle(second, succeeded())).isEqualTo(Settled.UNCLAIMED);
    assertThat(taker().strict(true).settle(second, retry(Duration.ZERO)))
        .isEqualTo(Settled.UNCLAIMED);
    assertThat(state(late)).isEqualTo(JobState.ACTIVE);

    // Nothing was changed: the claim stands for whoever is not strict.
    assertThat(taker().strict(false).settle(second, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void under_strict_leases_an_extension_makes_a_late_outcome_timely() {
    enqueueOne();
    Claim claim = taker().claimOne();
    advance(TurnTaker.LEASE.plusMillis(1));
    engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(claim.held()));

    assertThat(taker().strict(true).settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void any_consumer_may_settle_with_the_token() {
    String key = enqueueOne();
    Claim claim = taker("w1").claimOne();

    assertThat(taker("w2").settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
    engine().upkeep().tidy(reapOrder(), "w1");
  }

  @Test
  void an_outcome_for_a_job_nobody_knows_is_answered_as_gone() {
    Held unknown = new Held(key(), new ClaimToken(1, "0123456789abcdef"));

    assertThat(taker().turn(0, new Settlement(unknown, succeeded())).settled())
        .containsExactly(Settled.GONE);
  }
}
