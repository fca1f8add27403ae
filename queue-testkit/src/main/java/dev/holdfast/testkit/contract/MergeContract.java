package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Jobs that take the payload of later calls: debounce and keep latest. */
public abstract class MergeContract extends SentJobs {
  private static final Duration QUIET = Duration.ofSeconds(10);
  private static final Duration MAX_WAIT = Duration.ofSeconds(25);
  private static final Uniqueness DEBOUNCE = Uniqueness.debounce("user:7", QUIET, MAX_WAIT);
  private static final Uniqueness LATEST = Uniqueness.keepLatest("user:7");

  private String sendFirst(Uniqueness rule, String envelope) {
    NewJob first = unique(rule, envelope);
    assertThat(sendOne(first)).isEqualTo(created());
    return first.key();
  }

  private void merges(Uniqueness rule, String envelope, String into) {
    assertThat(sendOne(unique(rule, envelope))).isEqualTo(replaced(into));
  }

  private String payload(Claim claim) {
    return new String(claim.envelope(), StandardCharsets.UTF_8);
  }

  private Instant dueOf(String key) {
    return Objects.requireNonNull(stored(key).runAt());
  }

  // Debounce.

  @Test
  void a_debounced_job_is_due_once_it_has_been_quiet() {
    String key = sendFirst(DEBOUNCE, "first");
    assertThat(state(key)).isEqualTo(JobState.SCHEDULED);
    assertThat(dueOf(key)).isEqualTo(now().plus(QUIET));
    advance(QUIET.minusMillis(1));
    assertThat(taker().claim(1)).isEmpty();
    advance(Duration.ofMillis(1));
    Claim claim = taker().claimOne();
    assertThat(payload(claim)).isEqualTo("first");
    assertThat(claim.waited()).isZero();
  }

  @Test
  void each_call_moves_the_start_and_the_last_payload_wins() {
    String key = sendFirst(DEBOUNCE, "first");
    advance(Duration.ofSeconds(9));
    merges(DEBOUNCE, "second", key);
    assertThat(dueOf(key)).isEqualTo(now().plus(QUIET));
    advance(Duration.ofSeconds(9));
    assertThat(taker().claim(1)).isEmpty();
    merges(DEBOUNCE, "third, and longer", key);
    assertThat(stats().scheduled()).isEqualTo(1);
    advance(Duration.ofSeconds(7));
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(payload(claim)).isEqualTo("third, and longer");
    assertThat(claim.waited()).isZero();
  }

  @Test
  void the_start_is_never_later_than_the_first_call_and_the_longest_wait() {
    Instant first = now();
    String key = sendFirst(DEBOUNCE, "0");
    for (int i = 1; i <= 24; i++) {
      advance(Duration.ofSeconds(1));
      merges(DEBOUNCE, "" + i, key);
      Instant quiet = now().plus(QUIET);
      Instant latest = first.plus(MAX_WAIT);
      assertThat(dueOf(key)).isEqualTo(quiet.isBefore(latest) ? quiet : latest);
    }
    advance(Duration.ofSeconds(1));
    assertThat(payload(taker().claimOne())).isEqualTo("24");
  }

  @Test
  void a_call_after_the_due_time_and_before_the_claim_still_puts_its_payload_in() {
    String key = sendFirst(DEBOUNCE, "first");
    advance(QUIET);
    taker("promoting").turn(0);
    assertThat(state(key)).isEqualTo(JobState.READY);
    merges(DEBOUNCE, "second", key);
    assertThat(payload(taker().claimOne())).isEqualTo("second");
    assertThat(stats().scheduled()).isZero();
  }

  @Test
  void a_call_after_the_due_time_does_not_move_a_job_that_nobody_has_promoted() {
    String key = sendFirst(DEBOUNCE, "first");
    Instant due = dueOf(key);
    advance(QUIET);
    merges(DEBOUNCE, "second", key);
    assertThat(dueOf(key)).isEqualTo(due);
    assertThat(payload(taker().claimOne())).isEqualTo("second");
  }

  @Test
  void a_call_after_the_claim_begins_anew() {
    String first = sendFirst(DEBOUNCE, "first");
    advance(QUIET);
    Claim claim = taker().claimOne();
    String second = sendFirst(DEBOUNCE, "second");
    assertThat(second).isNotEqualTo(first);
    assertThat(dueOf(second)).isEqualTo(now().plus(QUIET));
    taker().settle(claim, retry(Duration.ofHours(1)));
    merges(DEBOUNCE, "third", second);
    advance(QUIET);
    assertThat(payload(taker().claimOne())).isEqualTo("third");
  }

  @Test
  void calls_of_one_key_in_one_call_are_one_job_with_the_last_payload() {
    NewJob first = unique(DEBOUNCE, "first");
    NewJob late = unique(Uniqueness.debounce("user:7", Duration.ofSeconds(3), MAX_WAIT), "late");
    assertThat(send(first, unique(DEBOUNCE, "second"), job(), late))
        .containsExactly(created(), replaced(first.key()), created(), replaced(first.key()));
    assertThat(dueOf(first.key())).isEqualTo(now().plusSeconds(3));
    advance(Duration.ofSeconds(3));
    assertThat(taker().claim(5)).extracting(this::payload).contains("late");
  }

  @Test
  void a_job_that_was_moved_to_another_lane_is_still_debounced() {
    String key = sendFirst(DEBOUNCE, "first");
    engine().control().prioritize(queue(), key, Priority.HIGH);
    advance(Duration.ofSeconds(5));
    merges(DEBOUNCE, "second", key);
    assertThat(stored(key).priority()).isEqualTo(Priority.HIGH);
    assertThat(dueOf(key)).isEqualTo(now().plus(QUIET));
    advance(QUIET);
    Claim claim = taker().claimOne();
    assertThat(payload(claim)).isEqualTo("second");
    assertThat(claim.waited()).isZero();
  }

  @Test
  void a_debounced_job_that_was_run_now_takes_payloads_until_it_is_claimed() {
    String key = sendFirst(DEBOUNCE, "first");
    engine().control().runNow(queue(), key);
    merges(DEBOUNCE, "second", key);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(payload(taker().claimOne())).isEqualTo("second");
  }

  @Test
  void a_full_queue_takes_payloads_for_the_job_that_is_there() {
    String key = sendFirst(DEBOUNCE, "first");
    assertThat(enqueueAll(queue(), 1, List.of(unique(DEBOUNCE, "second"))))
        .containsExactly(replaced(key));
  }

  @Test
  void cancel_delete_and_purge_free_the_key_of_a_merging_job() {
    for (Uniqueness rule : List.of(DEBOUNCE, LATEST)) {
      engine().control().cancel(queue(), sendFirst(rule, "1"), Retention.STANDARD);
      engine().control().delete(queue(), sendFirst(rule, "2"));
      sendFirst(rule, "3");
      engine().control().purge(queue());
      sendFirst(rule, "4");
      engine().control().purge(queue());
    }
  }

  // Repeats.

  @Test
  void a_retry_of_a_call_whose_payload_went_in_changes_nothing() {
    for (Uniqueness rule : List.of(DEBOUNCE, LATEST)) {
      String key = sendFirst(rule, "first");
      NewJob second = unique(rule, "second");
      assertThat(sendOne(second)).isEqualTo(replaced(key));
      merges(rule, "third", key);
      assertThat(sendOne(retried(second))).isEqualTo(replaced(key));
      advance(MAX_WAIT);
      Claim claim = taker().claimOne();
      assertThat(payload(claim)).isEqualTo("third");
      assertThat(sendOne(retried(second))).as("it runs").isEqualTo(replaced(key));
      assertThat(stats().ready() + stats().scheduled()).isZero();
      taker().settle(claim, succeeded());
    }
  }

  @Test
  void a_retry_of_a_call_that_never_arrived_puts_its_payload_in() {
    String key = sendFirst(LATEST, "first");
    assertThat(sendOne(retried(unique(LATEST, "second")))).isEqualTo(replaced(key));
    assertThat(payload(taker().claimOne())).isEqualTo("second");
  }

  @Test
  void a_retry_of_the_call_that_added_the_job_finds_itself() {
    NewJob first = unique(DEBOUNCE, "first");
    sendOne(first);
    merges(DEBOUNCE, "second", first.key());
    assertThat(sendOne(retried(first))).isEqualTo(existingId(first.key()));
    advance(QUIET);
    assertThat(payload(taker().claimOne())).isEqualTo("second");
  }

  @Test
  void an_idempotency_key_of_a_payload_that_went_in_names_the_job_it_went_into() {
    String key = sendFirst(LATEST, "first");
    NewJob second = with(unique(LATEST, "second"), new Idempotency("a", KEEP), false);
    assertThat(sendOne(second)).isEqualTo(replaced(key));
    claimAndSettle(succeeded());
    NewJob again = with(unique(LATEST, "second"), new Idempotency("a", KEEP), false);
    assertThat(sendOne(again)).isEqualTo(existingName(key));
  }

  // Keep latest.

  @Test
  void a_job_that_waits_takes_the_latest_payload_and_keeps_its_place() {
    String key = sendFirst(LATEST, "first");
    enqueueOne();
    merges(LATEST, "second", key);
    merges(LATEST, "", key);
    merges(LATEST, "third", key);
    assertThat(stats().ready()).isEqualTo(2);
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(payload(claim)).isEqualTo("third");
  }

  @Test
  void while_it_runs_one_more_is_queued_and_that_takes_the_payloads() {
    String first = sendFirst(LATEST, "first");
    Claim running = taker().claimOne();
    String second = sendFirst(LATEST, "second");
    assertThat(second).isNotEqualTo(first);
    merges(LATEST, "third", second);
    taker().settle(running, succeeded());
    merges(LATEST, "fourth", second);
    Claim claim = taker().claimOne();
    assertThat(payload(claim)).isEqualTo("fourth");
    taker().settle(claim, succeeded());
    sendFirst(LATEST, "fifth");
  }

  @Test
  void a_job_between_two_attempts_takes_the_payload_with_attempts_of_its_own() {
    String key = sendFirst(LATEST, "first");
    Claim first = taker().claimOne();
    byte[] cursor = bytes("{\"page\":3}");
    await(engine().claiming().note(queue(), first.held(), new Note(null, null, cursor)));
    taker().settle(first, retry(Duration.ofMinutes(1)));
    assertThat(counters(key).failures()).isEqualTo(1);
    merges(LATEST, "second", key);
    assertThat(counters(key).failures()).isZero();
    assertThat(dueOf(key)).isEqualTo(now().plus(Duration.ofMinutes(1)));
    advance(Duration.ofMinutes(1));
    Claim claim = taker().claimOne();
    assertThat(payload(claim)).isEqualTo("second");
    assertThat(claim.checkpoint()).isNull();
    assertThat(claim.counters().nextAttempt()).isEqualTo(1);
  }

  @Test
  void an_overtaken_job_that_fails_is_not_attempted_again() {
    for (Outcome outcome :
        List.of(
            retry(Duration.ZERO),
            retry(Duration.ofMinutes(1)),
            new Outcome.Snoozed(Duration.ofMinutes(1)),
            new Outcome.Missed(Duration.ZERO),
            new Outcome.Released())) {
      String first = sendFirst(LATEST, "first");
      Claim running = taker().claimOne();
      sendFirst(LATEST, "second");
      assertThat(taker().settle(running, outcome)).isEqualTo(Settled.CANCELLED);
      assertThat(state(first)).isEqualTo(JobState.CANCELLED);
      assertThat(stored(first).reason()).isEqualTo(StateReason.SUPERSEDED);
      assertThat(counters(first).failures()).isEqualTo(outcome instanceof Outcome.Retry ? 1 : 0);
      assertThat(payload(claimAndSettle(succeeded()))).isEqualTo("second");
      assertThat(stats().ready() + stats().scheduled()).isZero();
    }
  }

  @Test
  void an_overtaken_job_is_not_attempted_again_even_if_the_newer_one_has_ended() {
    String first = sendFirst(LATEST, "first");
    Claim running = taker().claimOne();
    sendFirst(LATEST, "second");
    claimAndSettle(succeeded());
    assertThat(taker().settle(running, retry(Duration.ZERO))).isEqualTo(Settled.CANCELLED);
    assertThat(stored(first).reason()).isEqualTo(StateReason.SUPERSEDED);
  }

  @Test
  void an_overtaken_job_that_crashes_is_not_attempted_again() {
    String first = sendFirst(LATEST, "first");
    taker("crashing").claimOne();
    String second = sendFirst(LATEST, "second");
    assertThat(passReaping(TurnTaker.LEASE).cancelled()).isEqualTo(1);
    assertThat(stored(first).reason()).isEqualTo(StateReason.SUPERSEDED);
    assertThat(taker().claimOne().held().key()).isEqualTo(second);
  }

  @Test
  void an_overtaken_job_that_succeeds_or_dies_ends_as_any_other() {
    String first = sendFirst(LATEST, "first");
    Claim running = taker().claimOne();
    String second = sendFirst(LATEST, "second");
    assertThat(taker().settle(running, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(first)).isEqualTo(JobState.SUCCEEDED);
    merges(LATEST, "third", second);
    Claim claim = taker().claimOne();
    sendFirst(LATEST, "fourth");
    assertThat(taker().settle(claim, buried(StateReason.BURIED))).isEqualTo(Settled.DONE);
    assertThat(state(second)).isEqualTo(JobState.DEAD);
  }

  @Test
  void a_job_that_crashed_takes_the_latest_payload() {
    String key = sendFirst(LATEST, "first");
    taker("crashing").claimOne();
    passReaping(TurnTaker.LEASE);
    merges(LATEST, "second", key);
    assertThat(payload(taker().claimOne())).isEqualTo("second");
    assertThat(counters(key).crashes()).isEqualTo(1);
  }

  @Test
  void a_dead_letter_is_not_redriven_over_a_later_payload() {
    String first = sendFirst(LATEST, "first");
    claimAndSettle(buried(StateReason.BURIED));
    String second = sendFirst(LATEST, "second");
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.KEY_TAKEN);
    assertThat(claimAndSettle(succeeded()).held().key()).isEqualTo(second);
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.DONE);
    merges(LATEST, "third", first);
    assertThat(payload(taker().claimOne())).isEqualTo("third");
  }

  @Test
  void a_large_payload_takes_the_place_of_a_small_one_and_back() {
    String large = "x".repeat(200_000);
    String key = sendFirst(LATEST, "small");
    merges(LATEST, large, key);
    assertThat(stored(key).envelope()).hasSize(200_000);
    merges(LATEST, "line\nfeed\ttab", key);
    assertThat(payload(taker().claimOne())).isEqualTo("line\nfeed\ttab");
  }
}
