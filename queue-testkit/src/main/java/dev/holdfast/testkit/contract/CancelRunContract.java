package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A run that has written something is asked to end, so that it can undo what it has done. */
public abstract class CancelRunContract extends RunJobs {
  private static final Duration WAIT = Duration.ofHours(1);

  private void isAskedToEnd(String key) {
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(stored(key).cancelRequested()).isTrue();
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(claim.cancelRequested()).isTrue();
    assertThat(entries(Objects.requireNonNull(claim.journal()))).contains("a");
    assertThat(taker().settle(claim, new Outcome.Discarded())).isEqualTo(Settled.DONE);
    assertThat(stored(key).reason()).isEqualTo(StateReason.DISCARDED);
  }

  @Test
  void a_suspended_run_is_woken() {
    String endless = suspendedRun(NEVER);
    isAskedToEnd(endless);
    String timed = enqueueOne();
    suspend(timed, waiting(lines(0, "a"), null, WAIT));
    isAskedToEnd(timed);
    assertThat(stats().scheduled()).isZero();
  }

  @Test
  void a_run_that_waits_for_its_next_attempt_is_woken() {
    Claim claim = writing("a");
    taker().settle(claim, retry(WAIT));
    isAskedToEnd(claim.held().key());
    Claim snoozed = writing("a");
    taker().settle(snoozed, new Outcome.Snoozed(WAIT));
    isAskedToEnd(snoozed.held().key());
    assertThat(stats().scheduled()).isZero();
  }

  @Test
  void a_ready_run_keeps_its_place() {
    Claim claim = writing("a");
    String key = claim.held().key();
    taker().settle(claim, retry(Duration.ZERO));
    String behind = enqueueOne();
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(stats().ready()).isEqualTo(2);
    List<Claim> claims = taker().claim(2);
    assertThat(keysOf(claims)).containsExactly(key, behind);
    assertThat(claims).extracting(Claim::cancelRequested).containsExactly(true, false);
  }

  @Test
  void a_parked_run_waits_for_its_limit_all_the_same() {
    Claim claim = writing("a");
    String key = claim.held().key();
    taker().settle(claim, retry(Duration.ZERO));
    control().pauseType(queue(), TYPE, true);
    assertThat(taker().claim(1)).isEmpty();
    assertThat(state(key)).isEqualTo(JobState.PARKED);
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(state(key)).isEqualTo(JobState.PARKED);
    control().pauseType(queue(), TYPE, false);
    assertThat(taker().claimOne().cancelRequested()).isTrue();
  }

  @Test
  void a_running_run_hears_of_it_with_its_next_append() {
    Claim claim = writing("a");
    assertThat(cancel(claim.held().key())).isEqualTo(ActReply.REQUESTED);
    assertThat(state(claim.held().key())).isEqualTo(JobState.ACTIVE);
    assertThat(write(claim, 1, "b").cancelRequested()).isTrue();
  }

  @Test
  void a_run_that_undoes_and_waits_meanwhile_is_still_asked_to_end() {
    String key = suspendedRun(NEVER);
    cancel(key);
    suspend(key, new Outcome.Suspended(lines(1, "undo"), null, WAIT, 1, true));
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    deliver(key, "m1");
    Claim claim = taker().claimOne();
    assertThat(claim.cancelRequested()).isTrue();
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void a_second_cancel_leaves_a_run_waiting_that_undoes_what_it_has_done() {
    String key = suspendedRun(NEVER);
    cancel(key);
    suspend(key, new Outcome.Suspended(lines(1, "undo"), null, WAIT, NEVER, true));
    cancel(key);
    assertThat(state(key)).isEqualTo(JobState.WAITING);
  }

  @Test
  void a_run_that_would_wait_for_an_attempt_or_die_ends_as_cancelled() {
    List<Outcome> outcomes =
        List.of(retry(WAIT), new Outcome.Snoozed(WAIT), buried(StateReason.EXHAUSTED));
    for (Outcome outcome : outcomes) {
      String key = suspendedRun(NEVER);
      cancel(key);
      Claim claim = taker().claimOne();
      assertThat(taker().settle(claim, outcome)).as("%s", outcome).isEqualTo(Settled.CANCELLED);
      assertThat(state(key)).isEqualTo(JobState.CANCELLED);
      assertThat(stored(key).reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
    }
  }

  @Test
  void a_run_that_is_asked_to_end_and_handed_back_is_asked_again() {
    String key = suspendedRun(NEVER);
    cancel(key);
    assertThat(taker().settle(taker().claimOne(), new Outcome.Released())).isEqualTo(Settled.DONE);
    assertThat(taker().claimOne().cancelRequested()).isTrue();
  }

  @Test
  void a_run_that_is_asked_to_end_and_crashes_is_asked_again_until_it_is_poison() {
    String key = suspendedRun(NEVER);
    cancel(key);
    for (int crash = 1; crash < MAX_CRASHES; crash++) {
      assertThat(taker().claimOne().cancelRequested()).isTrue();
      assertThat(passReaping(TurnTaker.LEASE).returned()).isEqualTo(1);
    }
    taker().claimOne();
    assertThat(passReaping(TurnTaker.LEASE).cancelled()).isEqualTo(1);
    assertThat(state(key)).isEqualTo(JobState.CANCELLED);
    assertThat(stored(key).reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
  }

  @Test
  void a_job_that_has_written_nothing_ends_at_once() {
    String mailed = enqueue(listening("s")).get(0);
    deliver(mailed, "m1");
    assertThat(cancel(mailed)).isEqualTo(ActReply.DONE);
    assertThat(state(mailed)).isEqualTo(JobState.CANCELLED);

    String suspended = enqueueOne();
    suspend(suspended, waiting(Append.nothing(0), null, WAIT));
    assertThat(cancel(suspended)).isEqualTo(ActReply.DONE);
    assertThat(state(suspended)).isEqualTo(JobState.CANCELLED);
    assertThat(stats().scheduled()).isZero();
  }

  @Test
  void an_ended_run_cannot_be_cancelled() {
    Claim claim = writing("a");
    taker().settle(claim, buried(StateReason.EXHAUSTED));
    assertThat(cancel(claim.held().key())).isEqualTo(ActReply.ENDED);
    assertThat(stored(claim.held().key()).cancelRequested()).isFalse();
  }

  @Test
  void a_redriven_run_is_not_asked_to_end_any_more() {
    String key = suspendedRun(NEVER);
    cancel(key);
    Claim claim = taker().claimOne();
    assertThat(taker().settle(claim, buried(StateReason.BURIED))).isEqualTo(Settled.DONE);
    control().redrive(queue(), key);
    assertThat(taker().claimOne().cancelRequested()).isFalse();
  }

  @Test
  void a_copy_of_a_run_that_is_asked_to_end_is_not() {
    String key = suspendedRun(NEVER);
    cancel(key);
    String copy = key();
    runs().fork(queue(), key, copy, 1);
    assertThat(stored(copy).cancelRequested()).isFalse();
    assertThat(taker().claim(2)).extracting(Claim::cancelRequested).containsExactly(true, false);
  }
}
