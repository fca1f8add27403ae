package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a job is asked to end, and what then becomes of its outcome. */
public abstract class CancelContract extends StagedJobs {
  private static final Duration WAIT = Duration.ofSeconds(10);

  // Asking.

  @Test
  void a_ready_job_that_is_cancelled_is_never_claimed() {
    List<String> keys = enqueue(5);
    assertThat(cancel(keys.get(0))).isEqualTo(ActReply.DONE);
    assertThat(cancel(keys.get(2))).isEqualTo(ActReply.DONE);
    assertThat(cancel(keys.get(4))).isEqualTo(ActReply.DONE);
    assertThat(stats().ready()).isEqualTo(2);
    assertThat(claimable()).containsExactly(keys.get(1), keys.get(3));
    assertThat(state(keys.get(2))).isEqualTo(JobState.CANCELLED);
    assertThat(stored(keys.get(2)).envelope()).isNull();
  }

  @Test
  void a_scheduled_job_that_is_cancelled_never_becomes_due() {
    String key = scheduledJob();
    assertThat(cancel(key)).isEqualTo(ActReply.DONE);
    assertThat(stats().scheduled()).isZero();
    advance(Duration.ofHours(1));
    assertThat(claimable()).isEmpty();
  }

  @Test
  void a_job_that_waits_for_its_next_attempt_is_cancelled_with_its_history() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ofMinutes(1)));
    assertThat(cancel(key)).isEqualTo(ActReply.DONE);
    assertThat(history(key)).hasSize(1);
    advance(Duration.ofHours(1).minusMillis(1));
    assertThat(claimable()).isEmpty();
    assertThat(state(key)).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void an_active_job_is_asked_to_end_and_stays_active() {
    String key = activeJob();
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(cancel(key)).isEqualTo(ActReply.REQUESTED);
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(stored(key).cancelRequested()).isTrue();
  }

  @Test
  void a_job_asked_to_end_that_fails_is_cancelled_and_one_that_succeeds_succeeded() {
    enqueue(2);
    List<Claim> claims = taker().claim(2);
    claims.forEach(claim -> cancel(claim.held().key()));
    assertThat(taker().settle(claims.get(0), retry(Duration.ZERO))).isEqualTo(Settled.CANCELLED);
    assertThat(taker().settle(claims.get(1), succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(claims.get(0).held().key())).isEqualTo(JobState.CANCELLED);
    assertThat(state(claims.get(1).held().key())).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void a_worker_hears_that_its_job_should_end() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    String key = activeJob();
    try (Subscription listening = engine().claiming().onCancel(queue(), heard::add)) {
      String told = null;
      // The subscription may come after the first hints: they are only hints.
      for (int i = 0; i < 100 && told == null; i++) {
        cancel(key);
        told = heard.poll(100, TimeUnit.MILLISECONDS);
      }
      assertThat(told).isEqualTo(key);
    }
  }

  @Test
  void an_ended_job_cannot_be_cancelled() {
    for (String key : List.of(succeededJob(), deadJob(), cancelledJob())) {
      JobState before = state(key);
      assertThat(cancel(key)).isEqualTo(ActReply.ENDED);
      assertThat(state(key)).isEqualTo(before);
    }
  }

  @Test
  void a_job_that_is_not_known_cannot_be_operated_on() {
    String key = key();
    assertThat(cancel(key)).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().reschedule(queue(), key, now())).isEqualTo(ActReply.NOT_FOUND);
    assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().delete(queue(), key)).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().deleteDead(queue(), key)).isEqualTo(ActReply.NOT_FOUND);
  }

  @Test
  void a_cancelled_job_leaves_nothing_when_none_are_kept() {
    List<String> keys = enqueue(3);
    String later = scheduledJob();
    assertThat(control().cancel(queue(), keys.get(1), KEEP_NONE)).isEqualTo(ActReply.DONE);
    assertThat(control().cancel(queue(), later, KEEP_NONE)).isEqualTo(ActReply.DONE);
    assertThat(control().find(queue(), keys.get(1))).isEmpty();
    assertThat(control().find(queue(), later)).isEmpty();
    assertThat(claimable()).containsExactly(keys.get(0), keys.get(2));
    assertThat(stats().done()).isZero();
  }

  @Test
  void a_suspect_can_be_cancelled() {
    String key = suspectJob();
    assertThat(cancel(key)).isEqualTo(ActReply.DONE);
    assertThat(claimable()).isEmpty();
  }

  @Test
  void more_cancelled_jobs_than_a_turn_looks_at_do_not_hide_those_behind_them() {
    List<String> keys = enqueue(1_000);
    keys.subList(0, 999).forEach(this::cancel);
    List<String> claimed = new ArrayList<>();
    for (int i = 0; i < 10 && claimed.isEmpty(); i++) {
      claimed.addAll(keysOf(taker().claim(1)));
    }
    assertThat(claimed).containsExactly(keys.get(999));
  }

  // Outcomes of a job that was asked to end.

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
}
