package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What each outcome makes of a job. */
public abstract class OutcomeContract extends EngineContract {
  private static final Duration WAIT = Duration.ofSeconds(10);

  // Success.

  @Test
  void a_success_ends_the_job_keeps_its_history_and_drops_its_envelope() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ZERO));
    advance(Duration.ofSeconds(1));
    claimAndSettle(succeeded());

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.reason()).isEqualTo(StateReason.COMPLETED);
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.keptUntil()).isEqualTo(now().plus(Retention.STANDARD.done()));
    assertThat(job.counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
    assertThat(job.type()).isEqualTo(TYPE);
    assertThat(job.envelope()).isNull();
    assertThat(job.consumer()).isNull();
    assertThat(job.result()).isNull();
    assertThat(history(key)).hasSize(1);
    assertThat(stats().active()).isZero();
    assertThat(stats().done()).isEqualTo(1);
  }

  @Test
  void a_result_is_stored_byte_for_byte() {
    String key = enqueueOne();
    byte[] result = {'{', 0, '\n', '\t', (byte) 0xff, '}'};
    claimAndSettle(new Outcome.Succeeded(result));

    assertThat(stored(key).result()).isEqualTo(result);
  }

  @Test
  void a_hundred_outcomes_fit_a_turn_and_are_answered_in_order() {
    enqueue(100);
    List<Claim> claims = taker().claim(100);
    Settlement[] settlements =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    i == 50
                        ? new Settlement(new Held(key(), claims.get(i).held().token()), succeeded())
                        : new Settlement(claims.get(i).held(), succeeded()))
            .toArray(Settlement[]::new);

    List<Settled> settled = taker().turn(0, settlements).settled();

    assertThat(settled).hasSize(100);
    assertThat(settled.get(50)).isEqualTo(Settled.GONE);
    assertThat(settled).filteredOn(Settled.DONE::equals).hasSize(99);
    assertThat(stats().done()).isEqualTo(99);
    assertThat(stats().active()).isEqualTo(1);
  }

  // Retry, snooze, miss, release.

  @Test
  void a_retry_waits_its_delay_and_counts_a_failure() {
    String key = enqueueOne();
    claimAndSettle(retry(WAIT));

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.reason()).isEqualTo(StateReason.RETRY);
    assertThat(job.runAt()).isEqualTo(now().plus(WAIT));
    assertThat(job.counters()).isEqualTo(new Counters(1, 1, 0, 0, 0));
    assertThat(job.envelope()).isNotNull();
    advance(WAIT.minusMillis(1));
    assertThat(taker().claim(1)).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(taker().claimOne().counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
  }

  @Test
  void a_retry_without_delay_goes_to_the_tail_of_its_lane() {
    List<String> keys = enqueue(2);
    claimAndSettle(retry(Duration.ZERO));

    assertThat(keysOf(taker().claim(2))).containsExactly(keys.get(1), keys.get(0));
  }

  @Test
  void a_timeout_is_told_as_the_reason() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Retry(WAIT, StateReason.TIMEOUT, attempt(1, "too long")));

    assertThat(stored(key).reason()).isEqualTo(StateReason.TIMEOUT);
  }

  @Test
  void a_turn_that_settles_a_retry_without_delay_may_claim_it_again() {
    enqueueOne();
    Claim claim = taker().claimOne();

    TurnReply reply = taker().turn(1, new Settlement(claim.held(), retry(Duration.ZERO)));

    assertThat(reply.settled()).containsExactly(Settled.DONE);
    assertThat(keysOf(reply.claims())).containsExactly(claim.held().key());
    assertThat(reply.claims().get(0).held().token().number())
        .isGreaterThan(claim.held().token().number());
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(taker().settle(reply.claims().get(0), succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void a_snooze_waits_its_delay_and_counts_no_failure() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Snoozed(WAIT));

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.reason()).isEqualTo(StateReason.SNOOZED);
    assertThat(job.runAt()).isEqualTo(now().plus(WAIT));
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 0, 1));
    assertThat(job.attempts()).isEmpty();
  }

  @Test
  void a_miss_counts_apart_and_tells_how_long_ago_the_first_was() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Missed(WAIT));

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.reason()).isEqualTo(StateReason.MISSED);
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 1, 0));
    advance(WAIT);
    Claim second = taker().claimOne();
    assertThat(second.missedFor()).isEqualTo(WAIT);
    taker().settle(second, new Outcome.Missed(WAIT));
    advance(WAIT);
    Claim third = taker().claimOne();
    assertThat(third.missedFor()).isEqualTo(WAIT.multipliedBy(2));
    assertThat(third.counters()).isEqualTo(new Counters(0, 3, 0, 2, 0));
  }

  @Test
  void a_release_goes_to_the_head_of_its_lane_and_counts_nothing() {
    List<String> keys = enqueue(3);
    claimAndSettle(new Outcome.Released());

    StoredJob job = stored(keys.get(0));
    assertThat(job.state()).isEqualTo(JobState.READY);
    assertThat(job.reason()).isEqualTo(StateReason.RELEASED);
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(job.attempts()).isEmpty();
    assertThat(keysOf(taker().claim(3))).isEqualTo(keys);
  }

  @Test
  void jobs_released_in_one_turn_keep_their_order() {
    List<String> keys = enqueue(5);
    Settlement[] released =
        taker().claim(4).stream()
            .map(claim -> new Settlement(claim.held(), new Outcome.Released()))
            .toArray(Settlement[]::new);
    taker().turn(0, released);

    assertThat(keysOf(taker().claim(5))).isEqualTo(keys);
  }

  @Test
  void a_job_goes_back_to_the_lane_it_came_from() {
    String low = enqueue(job(Priority.LOW)).get(0);
    String high = enqueue(job(Priority.HIGH)).get(0);
    for (Outcome outcome :
        List.of(
            retry(Duration.ZERO), retry(WAIT), new Outcome.Snoozed(WAIT), new Outcome.Released())) {
      for (Claim claim : taker().claim(2)) {
        taker().settle(claim, outcome);
      }
      advance(WAIT);
      assertThat(stored(low).priority()).isEqualTo(Priority.LOW);
      List<Claim> claims = taker().nextStartsHigh().claim(2);
      assertThat(keysOf(claims)).containsExactly(high, low);
      claims.forEach(claim -> taker().settle(claim, new Outcome.Released()));
    }
  }

  // Bury and discard.

  @Test
  void a_buried_job_is_a_dead_letter_with_its_envelope_and_history() {
    String key = enqueueOne();
    Claim claim = claimAndSettle(buried(StateReason.EXHAUSTED));

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.DEAD);
    assertThat(job.reason()).isEqualTo(StateReason.EXHAUSTED);
    assertThat(job.keptUntil()).isEqualTo(now().plus(Retention.STANDARD.dead()));
    assertThat(job.counters()).isEqualTo(new Counters(1, 1, 0, 0, 0));
    assertThat(job.envelope()).isEqualTo(claim.envelope());
    assertThat(history(key)).extracting(a -> a.failure().message()).containsExactly("boom");
    assertThat(stats().dead()).isEqualTo(1);
  }

  @Test
  void a_job_buried_without_an_attempt_counts_no_failure() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Buried(StateReason.UNKNOWN_TYPE, null));

    assertThat(stored(key).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(stored(key).reason()).isEqualTo(StateReason.UNKNOWN_TYPE);
    assertThat(stored(key).attempts()).isEmpty();
  }

  @Test
  void every_reason_to_bury_is_kept_as_given() {
    List<StateReason> reasons =
        List.of(
            StateReason.EXHAUSTED,
            StateReason.NON_RETRIABLE,
            StateReason.BURIED,
            StateReason.UNKNOWN_TYPE,
            StateReason.MALFORMED);
    for (StateReason reason : reasons) {
      String key = enqueueOne();
      claimAndSettle(buried(reason));
      assertThat(stored(key).reason()).isEqualTo(reason);
    }
  }

  @Test
  void a_discarded_job_ends_as_cancelled() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Discarded());

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.reason()).isEqualTo(StateReason.DISCARDED);
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(job.envelope()).isNull();
    assertThat(job.keptUntil()).isEqualTo(now().plus(Retention.STANDARD.done()));
  }

  // History.

  @Test
  void the_history_keeps_the_last_five_attempts_oldest_first() {
    String key = enqueueOne();
    for (int i = 1; i <= 8; i++) {
      claimAndSettle(
          new Outcome.Retry(Duration.ZERO, StateReason.RETRY, attempt(i, "failure " + i)));
    }
    claimAndSettle(new Outcome.Buried(StateReason.EXHAUSTED, attempt(9, "failure 9")));

    assertThat(history(key)).extracting(Attempt::number).containsExactly(5, 6, 7, 8, 9);
    assertThat(stored(key).counters().failures()).isEqualTo(9);
  }

  @Test
  void an_attempt_of_four_kibibytes_is_kept_whole() {
    String key = enqueueOne();
    byte[] line = new byte[4096];
    Arrays.fill(line, (byte) 'x');
    for (int i = 0; i < 6; i++) {
      claimAndSettle(new Outcome.Retry(Duration.ZERO, StateReason.RETRY, line));
    }

    assertThat(stored(key).attempts()).hasSize(5).allSatisfy(a -> assertThat(a).isEqualTo(line));
  }

  // Crashes.

  @Test
  void a_failure_and_a_snooze_forget_crashes_a_release_and_a_miss_do_not() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    assertThat(counters(key).crashes()).isEqualTo(1);

    claimAndSettle(new Outcome.Released());
    assertThat(counters(key).crashes()).isEqualTo(1);
    claimAndSettle(new Outcome.Missed(Duration.ZERO));
    assertThat(counters(key).crashes()).isEqualTo(1);
    claimAndSettle(new Outcome.Snoozed(Duration.ZERO));
    assertThat(counters(key).crashes()).isZero();

    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    claimAndSettle(retry(Duration.ZERO));
    assertThat(counters(key)).isEqualTo(new Counters(1, 6, 0, 1, 1));
  }

  @Test
  void a_final_state_keeps_the_crashes() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    claimAndSettle(succeeded());

    assertThat(counters(key)).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }
}
