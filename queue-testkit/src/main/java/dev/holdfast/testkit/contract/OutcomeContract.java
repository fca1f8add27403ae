package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Note;
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

/** What becomes of a job by each outcome, and of an outcome whose claim does not stand. */
public abstract class OutcomeContract extends EngineContract {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private void cancel(String key) {
    engine().control().cancel(queue(), key, Retention.STANDARD);
  }

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

  // Claims that do not stand.

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

  // Cancels.

  @Test
  void a_success_that_arrives_after_a_cancel_was_asked_for_stays_a_success() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    cancel(key);

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void a_buried_or_discarded_job_stays_so_when_a_cancel_was_asked_for() {
    List<String> keys = enqueue(2);
    List<Claim> claims = taker().claim(2);
    keys.forEach(this::cancel);

    assertThat(taker().settle(claims.get(0), buried(StateReason.BURIED))).isEqualTo(Settled.DONE);
    assertThat(taker().settle(claims.get(1), new Outcome.Discarded())).isEqualTo(Settled.DONE);
    assertThat(state(keys.get(0))).isEqualTo(JobState.DEAD);
    assertThat(stored(keys.get(1)).reason()).isEqualTo(StateReason.DISCARDED);
  }

  @Test
  void a_last_failure_becomes_cancelled_when_a_cancel_was_asked_for() {
    for (StateReason reason : List.of(StateReason.EXHAUSTED, StateReason.NON_RETRIABLE)) {
      String key = enqueueOne();
      Claim claim = taker().claimOne();
      cancel(key);

      assertThat(taker().settle(claim, buried(reason))).isEqualTo(Settled.CANCELLED);
      assertThat(state(key)).isEqualTo(JobState.CANCELLED);
      assertThat(history(key)).hasSize(1);
      assertThat(counters(key).failures()).isEqualTo(1);
    }
  }

  @Test
  void every_other_outcome_becomes_cancelled_when_a_cancel_was_asked_for() {
    List<Outcome> outcomes =
        List.of(
            retry(WAIT),
            buried(StateReason.EXHAUSTED),
            buried(StateReason.NON_RETRIABLE),
            new Outcome.Snoozed(WAIT),
            new Outcome.Released(),
            new Outcome.Missed(WAIT));
    for (Outcome outcome : outcomes) {
      String key = enqueueOne();
      Claim claim = taker().claimOne();
      cancel(key);

      assertThat(taker().settle(claim, outcome)).as("%s", outcome).isEqualTo(Settled.CANCELLED);
      StoredJob job = stored(key);
      assertThat(job.state()).isEqualTo(JobState.CANCELLED);
      assertThat(job.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
      assertThat(job.envelope()).isNull();
      assertThat(taker().settle(claim, outcome)).isEqualTo(Settled.ALREADY);
    }
  }

  @Test
  void a_failure_that_becomes_cancelled_is_counted_and_kept_in_the_history() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    cancel(key);
    taker().settle(claim, retry(WAIT));

    assertThat(counters(key).failures()).isEqualTo(1);
    assertThat(history(key)).hasSize(1);
  }

  // Retention.

  @Test
  void ended_jobs_are_trimmed_when_their_time_is_over() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Succeeded(bytes("{}")));
    advance(Retention.STANDARD.done().minusMillis(1));
    taker().turn(0);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);

    advance(Duration.ofMillis(1));
    taker().turn(0);
    assertThat(engine().control().find(queue(), key)).isEmpty();
    assertThat(stats().done()).isZero();
  }

  @Test
  void only_so_many_ended_jobs_are_kept_and_the_oldest_go() {
    Retention three = new Retention(Duration.ofHours(1), 3, Duration.ofDays(1), 2);
    List<String> keys = enqueue(5);
    taker().retention(three);
    for (Claim claim : taker().claim(5)) {
      advance(Duration.ofSeconds(1));
      taker().settle(claim, succeeded());
    }

    assertThat(stats().done()).isEqualTo(3);
    assertThat(engine().control().find(queue(), keys.get(1))).isEmpty();
    assertThat(state(keys.get(2))).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void dead_letters_are_trimmed_by_number_and_by_time_and_the_turn_tells() {
    Retention two = new Retention(Duration.ofHours(1), 3, Duration.ofDays(1), 2);
    List<String> keys = enqueue(3);
    taker().retention(two);
    int trimmed = 0;
    for (Claim claim : taker().claim(3)) {
      advance(Duration.ofSeconds(1));
      trimmed +=
          taker().turn(0, new Settlement(claim.held(), buried(StateReason.BURIED))).trimmedDead();
    }
    assertThat(trimmed).isEqualTo(1);
    assertThat(engine().control().find(queue(), keys.get(0))).isEmpty();
    assertThat(stats().dead()).isEqualTo(2);

    advance(Duration.ofDays(1));
    assertThat(taker().turn(0).trimmedDead()).isEqualTo(2);
    assertThat(stats().dead()).isZero();
  }

  @Test
  void a_retention_of_nothing_keeps_nothing_and_a_late_repeat_is_answered_as_gone() {
    List<String> keys = enqueue(3);
    taker().retention(new Retention(Duration.ZERO, 0, Duration.ZERO, 0));
    List<Claim> claims = taker().claim(3);
    Note note = new Note(bytes("1"), bytes("a line"), bytes("2"));
    assertThat(await(engine().claiming().note(queue(), claims.get(0).held(), note))).isTrue();

    assertThat(taker().settle(claims.get(0), new Outcome.Succeeded(bytes("{}"))))
        .isEqualTo(Settled.DONE);
    assertThat(taker().settle(claims.get(1), new Outcome.Discarded())).isEqualTo(Settled.DONE);
    TurnReply dead =
        taker().turn(0, new Settlement(claims.get(2).held(), buried(StateReason.BURIED)));

    assertThat(dead.settled()).containsExactly(Settled.DONE);
    assertThat(dead.trimmedDead()).isEqualTo(1);
    assertThat(keys).allSatisfy(k -> assertThat(engine().control().find(queue(), k)).isEmpty());
    assertThat(taker().settle(claims.get(0), succeeded())).isEqualTo(Settled.GONE);
  }

  @Test
  void a_turn_trims_a_backlog_in_steps_until_none_is_left() {
    enqueue(300);
    for (int i = 0; i < 3; i++) {
      taker()
          .turn(
              0,
              taker().claim(100).stream()
                  .map(claim -> new Settlement(claim.held(), succeeded()))
                  .toArray(Settlement[]::new));
    }
    advance(Retention.STANDARD.done());
    int turns = 0;
    while (stats().done() > 0 && turns++ < 100) {
      taker().turn(1);
    }
    assertThat(stats().done()).isZero();
    assertThat(turns).isGreaterThan(1);
  }

  @Test
  void a_job_that_runs_or_waits_is_never_trimmed() {
    List<String> keys = enqueue(2);
    taker().retention(new Retention(Duration.ZERO, 0, Duration.ZERO, 0));
    taker().claimOne();
    advance(Duration.ofDays(400));
    taker().turn(0);

    assertThat(state(keys.get(0))).isEqualTo(JobState.ACTIVE);
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
  }
}
