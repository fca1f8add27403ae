package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How a turn is made good whose answer was lost: repeated, it claims nothing new and loses nothing.
 */
public abstract class RepeatContract extends EngineContract {
  @Test
  void a_repeated_turn_gives_the_jobs_of_the_lost_answer_and_claims_no_other() {
    List<String> keys = enqueue(5);
    List<Claim> lost = taker().claim(2);

    TurnReply repeated = taker().repeat(List.of(), 2);

    assertThat(keysOf(repeated.claims())).isEqualTo(keys.subList(0, 2));
    assertThat(repeated.claims().get(0).held()).isEqualTo(lost.get(0).held());
    assertThat(repeated.claims().get(0).counters().claims()).isEqualTo(1);
    assertThat(repeated.claims().get(0).envelope()).isEqualTo(lost.get(0).envelope());
    assertThat(repeated.claims().get(0).waited()).isEqualTo(lost.get(0).waited());
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void a_repeated_turn_gives_what_its_number_claimed_and_what_the_consumer_does_not_name() {
    List<String> keys = enqueue(4);
    taker().claim(2);
    taker().claim(2);

    assertThat(keysOf(taker().repeat(keys.subList(0, 2), 2).claims()))
        .isEqualTo(keys.subList(2, 4));
    assertThat(keysOf(taker().repeat(List.of(), 2).claims())).isEqualTo(keys);
  }

  @Test
  void a_repeated_turn_that_claimed_nothing_gives_nothing_of_what_is_named() {
    List<String> keys = enqueue(2);
    taker().claim(2);
    taker().turn(0);

    assertThat(taker().repeat(keys, 0).claims()).isEmpty();
  }

  @Test
  void a_repeated_turn_tells_a_suspect_and_a_checkpoint_again() {
    enqueueOne();
    for (int i = 0; i < 2; i++) {
      Claim claim = taker().claimOne();
      Note note = new Note(null, null, bytes("17"));
      assertThat(await(engine().claiming().note(queue(), claim.held(), note))).isTrue();
      passReaping(TurnTaker.LEASE);
    }
    Claim lost = taker().claimOne();
    assertThat(lost.suspect()).isTrue();

    Claim again = taker().repeat(List.of(), 1).claims().get(0);
    assertThat(again.suspect()).isTrue();
    assertThat(text(again.checkpoint())).isEqualTo("17");
  }

  @Test
  void a_repeated_turn_gives_a_job_once_that_its_consumer_lost_and_claimed_again() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    taker().claimOne();

    assertThat(keysOf(taker().repeat(List.of(), 1).claims())).containsExactly(key);
  }

  @Test
  void a_repeated_turn_gives_jobs_in_the_order_they_were_claimed() {
    String lostOnce = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    String high = enqueue(job(Priority.HIGH)).get(0);
    assertThat(keysOf(taker().nextStartsHigh().claim(1))).containsExactly(high);
    assertThat(keysOf(taker().claim(1))).containsExactly(lostOnce);

    assertThat(keysOf(taker().repeat(List.of(), 2).claims())).containsExactly(high, lostOnce);
  }

  @Test
  void a_repeated_turn_gives_one_mebibyte_at_most_the_first_claimed_first() {
    byte[] big = new byte[600 * 1024];
    String first = enqueue(withEnvelope(job(), big)).get(0);
    taker().claimOne();
    enqueue(withEnvelope(job(), big));
    taker().claimOne();
    String small = enqueueOne();
    taker().claimOne();

    assertThat(keysOf(taker().repeat(List.of(), 3).claims())).containsExactly(first, small);
  }

  @Test
  void a_repeated_turn_gives_a_job_that_the_lost_one_settled_and_claimed_again() {
    String key = enqueueOne();
    Claim first = taker().claimOne();
    Settlement settlement = new Settlement(first.held(), retry(Duration.ZERO));
    List<Claim> lost = taker().turn(1, settlement).claims();
    assertThat(keysOf(lost)).containsExactly(key);

    List<Claim> again = taker().repeat(List.of(key), 1, settlement).claims();
    assertThat(again).extracting(Claim::held).containsExactly(lost.get(0).held());
    assertThat(counters(key).failures()).isEqualTo(1);
  }

  @Test
  void a_repeated_turn_gives_a_job_claimed_again_that_is_named_for_a_claim_that_was_reaped() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    Claim lost = taker().claimOne();

    assertThat(taker().repeat(List.of(key), 1).claims())
        .extracting(Claim::held)
        .containsExactly(lost.held());
  }

  @Test
  void a_repeated_turn_does_not_give_what_was_settled_or_reaped_meanwhile() {
    enqueue(3);
    List<Claim> claims = taker().claim(3);
    taker("w2").settle(claims.get(0), succeeded());
    taker("w2").settle(claims.get(1), retry(Duration.ZERO));
    taker("w2").claimOne();

    assertThat(keysOf(taker().repeat(List.of(), 3).claims()))
        .containsExactly(claims.get(2).held().key());
  }

  @Test
  void a_repeated_turn_repeats_its_outcomes() {
    List<String> keys = enqueue(2);
    List<Claim> claims = taker().claim(2);
    Settlement[] settlements = {
      new Settlement(claims.get(0).held(), succeeded()),
      new Settlement(claims.get(1).held(), retry(Duration.ofSeconds(9)))
    };
    assertThat(taker().turn(0, settlements).settled()).containsExactly(Settled.DONE, Settled.DONE);

    assertThat(taker().repeat(keys, 0, settlements).settled())
        .containsExactly(Settled.ALREADY, Settled.ALREADY);
    assertThat(counters(keys.get(1)).failures()).isEqualTo(1);
  }

  @Test
  void a_repeat_the_engine_has_not_seen_is_a_turn_like_any_other() {
    List<String> keys = enqueue(2);

    TurnReply reply = taker().send(1, true, List.of(), 2);
    assertThat(keysOf(reply.claims())).isEqualTo(keys);
  }

  @Test
  void a_turn_with_a_lower_number_is_stale_and_does_nothing() {
    List<String> keys = enqueue(3);
    Claim claim = taker().claimOne();
    taker().turn(0);

    TurnReply stale =
        taker().send(1, false, List.of(), 5, new Settlement(claim.held(), succeeded()));

    assertThat(stale.stale()).isTrue();
    assertThat(stale.claims()).isEmpty();
    assertThat(stale.settled()).isEmpty();
    assertThat(state(keys.get(0))).isEqualTo(JobState.ACTIVE);
    assertThat(stats().ready()).isEqualTo(2);
  }

  @Test
  void numbers_of_consumers_are_apart() {
    enqueue(2);
    taker("w1").nextNumber(50).claimOne();

    assertThat(taker("w2").claim(1)).hasSize(1);
  }
}
