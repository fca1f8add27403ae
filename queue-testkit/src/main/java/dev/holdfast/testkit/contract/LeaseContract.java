package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a claim is kept: an extension quotes the claim's token, and is told what became of it. */
public abstract class LeaseContract extends EngineContract {
  private List<LeaseReply> extend(Held... held) {
    return engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(held));
  }

  @Test
  void an_extended_lease_runs_anew_from_the_extension() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();

    passReaping(Duration.ofSeconds(20));
    assertThat(extend(claim.held())).containsExactly(LeaseReply.EXTENDED);
    passReaping(Duration.ofSeconds(25));
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(passReaping(Duration.ofSeconds(5)).returned()).isEqualTo(1);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_lease_that_ended_but_was_not_reaped_is_extended() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();

    advance(TurnTaker.LEASE.multipliedBy(4));
    assertThat(extend(claim.held())).containsExactly(LeaseReply.EXTENDED);
    assertThat(reap().returned()).isZero();
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void an_extension_tells_that_a_cancel_was_asked_for_and_extends_all_the_same() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    engine().control().cancel(queue(), key, Retention.STANDARD);

    passReaping(Duration.ofSeconds(20));
    assertThat(extend(claim.held())).containsExactly(LeaseReply.CANCEL_REQUESTED);
    passReaping(Duration.ofSeconds(20));
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
  }

  @Test
  void a_claim_whose_job_another_claim_holds_is_refused_as_taken() {
    enqueueOne();
    Claim first = taker("w1").claimOne();
    passReaping(TurnTaker.LEASE);
    Claim second = taker("w2").claimOne();

    assertThat(extend(first.held())).containsExactly(LeaseReply.TAKEN);
    assertThat(extend(second.held())).containsExactly(LeaseReply.EXTENDED);
  }

  @Test
  void a_token_with_the_right_number_and_another_nonce_is_refused() {
    enqueueOne();
    Claim claim = taker().claimOne();
    ClaimToken forged = new ClaimToken(claim.held().token().number(), "0000000000000000");

    assertThat(extend(new Held(claim.held().key(), forged))).containsExactly(LeaseReply.TAKEN);
  }

  @Test
  void a_claim_that_was_reaped_is_refused_as_unclaimed() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    passReaping(TurnTaker.LEASE);

    assertThat(extend(claim.held())).containsExactly(LeaseReply.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_claim_that_was_settled_is_refused_as_unclaimed() {
    enqueue(3);
    List<Claim> claims = taker().claim(3);
    taker().settle(claims.get(0), succeeded());
    taker().settle(claims.get(1), retry(Duration.ofSeconds(1)));
    taker().settle(claims.get(2), new Outcome.Released());

    assertThat(extend(claims.stream().map(Claim::held).toArray(Held[]::new)))
        .containsOnly(LeaseReply.UNCLAIMED)
        .hasSize(3);
  }

  @Test
  void a_job_that_nobody_knows_is_answered_as_gone() {
    Held unknown = new Held(key(), new ClaimToken(1, "0123456789abcdef"));

    assertThat(extend(unknown)).containsExactly(LeaseReply.GONE);
  }

  @Test
  void replies_come_in_the_order_of_the_jobs_for_more_than_one_call_takes() {
    enqueue(250);
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taker("w" + i).claim(100).forEach(claim -> held.add(claim.held()));
    }
    held.add(101, new Held(key(), new ClaimToken(1, "0123456789abcdef")));

    List<LeaseReply> replies = new ArrayList<>(extend(held.toArray(new Held[0])));

    assertThat(replies).hasSize(251);
    assertThat(replies.get(101)).isEqualTo(LeaseReply.GONE);
    replies.remove(101);
    assertThat(replies).containsOnly(LeaseReply.EXTENDED);
  }

  @Test
  void extending_nothing_gives_nothing() {
    assertThat(extend()).isEmpty();
  }

  @Test
  void an_extension_may_be_longer_or_shorter_than_the_lease_before() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();

    engine().claiming().extend(queue(), Duration.ofSeconds(5), List.of(claim.held()));
    assertThat(passReaping(Duration.ofSeconds(5)).returned()).isEqualTo(1);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }
}
