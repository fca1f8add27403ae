package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a job is run now, made to wait, or put into another lane. */
public abstract class MoveContract extends StagedJobs {
  @Test
  void a_scheduled_job_can_be_run_now() {
    String key = scheduledJob();
    advance(Duration.ofSeconds(1));
    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(stats().scheduled()).isZero();
    assertThat(claimable()).containsExactly(key);
    advance(Duration.ofHours(1).minusSeconds(2));
    assertThat(stats().scheduled()).isZero();
  }

  @Test
  void a_job_that_waits_for_its_next_attempt_can_be_run_now() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ofMinutes(1)));
    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.DONE);
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(claim.counters().nextAttempt()).isEqualTo(2);
  }

  @Test
  void a_ready_job_runs_now_anyway() {
    String key = enqueueOne();
    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
    assertThat(claimable()).containsExactly(key);
  }

  @Test
  void a_scheduled_job_can_be_made_to_run_later_and_earlier() {
    String key = scheduledJob();
    assertThat(control().reschedule(queue(), key, now().plusSeconds(3600)))
        .isEqualTo(ActReply.DONE);
    assertThat(stored(key).runAt()).isEqualTo(now().plusSeconds(3600));
    assertThat(control().reschedule(queue(), key, now().plusSeconds(5))).isEqualTo(ActReply.DONE);
    assertThat(stats().nextDue()).isEqualTo(now().plusSeconds(5));
    assertThat(stats().scheduled()).isEqualTo(1);
    assertThat(taker().claim(1)).isEmpty();
    advance(Duration.ofSeconds(5));
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(claim.waited()).isZero();
  }

  @Test
  void a_ready_job_can_be_made_to_wait() {
    List<String> keys = enqueue(3);
    assertThat(control().reschedule(queue(), keys.get(0), now().plusSeconds(60)))
        .isEqualTo(ActReply.DONE);
    assertThat(state(keys.get(0))).isEqualTo(JobState.SCHEDULED);
    assertThat(stats().ready()).isEqualTo(2);
    assertThat(claimable()).containsExactly(keys.get(1), keys.get(2));
    advance(Duration.ofSeconds(60));
    assertThat(claimable()).containsExactly(keys.get(0));
  }

  @Test
  void a_ready_job_made_to_wait_and_due_again_is_claimed_once() {
    List<String> keys = enqueue(2);
    control().reschedule(queue(), keys.get(0), now().plusSeconds(60));
    advance(Duration.ofSeconds(60));
    assertThat(claimable()).containsExactly(keys.get(1), keys.get(0));
  }

  @Test
  void a_past_instant_makes_a_job_ready() {
    String key = scheduledJob();
    assertThat(control().reschedule(queue(), key, now().minusSeconds(1))).isEqualTo(ActReply.DONE);
    assertThat(claimable()).containsExactly(key);
  }

  @Test
  void a_ready_job_rescheduled_to_the_past_again_and_again_is_claimed_once() {
    List<String> keys = enqueue(2);
    for (int i = 0; i < 5; i++) {
      control().reschedule(queue(), keys.get(0), now());
    }
    assertThat(claimable()).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void a_job_in_another_lane_is_claimed_in_its_order() {
    List<String> keys = enqueue(3);
    assertThat(prioritize(keys.get(2), Priority.HIGH)).isEqualTo(ActReply.DONE);
    assertThat(prioritize(keys.get(0), Priority.LOW)).isEqualTo(ActReply.DONE);
    assertThat(stored(keys.get(2)).priority()).isEqualTo(Priority.HIGH);
    assertThat(claimable()).containsExactly(keys.get(2), keys.get(1), keys.get(0));
  }

  @Test
  void a_job_moved_there_and_back_has_its_old_place_and_is_claimed_once() {
    List<String> keys = enqueue(3);
    prioritize(keys.get(0), Priority.HIGH);
    prioritize(keys.get(0), Priority.NORMAL);
    assertThat(claimable()).isEqualTo(keys);
  }

  @Test
  void a_job_moved_around_many_times_is_claimed_once() {
    List<String> keys = enqueue(3);
    for (int i = 0; i < 10; i++) {
      for (Priority priority : Priority.values()) {
        prioritize(keys.get(1), priority);
      }
    }
    assertThat(claimable()).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void a_job_in_its_own_lane_keeps_its_place() {
    List<String> keys = enqueue(3);
    assertThat(prioritize(keys.get(0), Priority.NORMAL)).isEqualTo(ActReply.DONE);
    assertThat(claimable()).isEqualTo(keys);
  }

  @Test
  void a_scheduled_job_changes_its_lane_and_keeps_its_time() {
    String key = scheduledJob();
    assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.DONE);
    assertThat(stored(key).runAt()).isEqualTo(now().plus(Duration.ofMinutes(10)));
    assertThat(claimable()).isEmpty();
    advance(Duration.ofMinutes(10));
    enqueueOne();
    assertThat(claimable().get(0)).isEqualTo(key);
  }

  @Test
  void a_changed_lane_stays_the_home_lane_of_a_job() {
    String key = enqueueOne();
    prioritize(key, Priority.HIGH);
    claimAndSettle(retry(Duration.ZERO));
    String normal = enqueueOne();
    assertThat(claimable()).containsExactly(key, normal);
    assertThat(stored(key).priority()).isEqualTo(Priority.HIGH);
  }

  @Test
  void a_suspect_stays_one_when_its_home_lane_changes() {
    String key = suspectJob();
    assertThat(prioritize(key, Priority.LOW)).isEqualTo(ActReply.DONE);
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(key);
    assertThat(claim.suspect()).isTrue();
    assertThat(claim.priority()).isEqualTo(Priority.LOW);
  }

  @Test
  void a_suspect_can_be_made_to_wait() {
    String key = suspectJob();
    assertThat(control().reschedule(queue(), key, now().plusSeconds(60))).isEqualTo(ActReply.DONE);
    assertThat(claimable()).isEmpty();
    advance(Duration.ofSeconds(60));
    assertThat(taker().claimOne().suspect()).isTrue();
  }

  @Test
  void a_job_between_two_attempts_changes_its_lane_and_keeps_its_time() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ofMinutes(1)));
    assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.DONE);
    assertThat(stored(key).runAt()).isEqualTo(now().plus(Duration.ofMinutes(1)));
    enqueueOne();
    assertThat(claimable()).hasSize(1);
    String normal = enqueueOne();
    advance(Duration.ofMinutes(1));
    assertThat(claimable()).containsExactly(key, normal);
  }

  @Test
  void a_running_job_returns_to_the_lane_it_was_given_meanwhile() {
    String key = activeJob();
    assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.ON_RETURN);
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(stored(key).priority()).isEqualTo(Priority.HIGH);
    passReaping(TurnTaker.LEASE);
    String normal = enqueueOne();
    assertThat(claimable()).containsExactly(key, normal);
  }

  @Test
  void a_running_job_that_was_given_a_lane_is_retried_in_it() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    prioritize(key, Priority.LOW);
    prioritize(key, Priority.HIGH);
    taker().settle(claim, retry(Duration.ofSeconds(1)));
    advance(Duration.ofSeconds(1));
    enqueueOne();
    assertThat(taker().claimOne().held().key()).isEqualTo(key);
  }

  @Test
  void an_active_or_ended_job_cannot_be_moved() {
    String active = activeJob();
    assertThat(control().runNow(queue(), active)).isEqualTo(ActReply.ACTIVE);
    assertThat(control().reschedule(queue(), active, now())).isEqualTo(ActReply.ACTIVE);
    for (String key : List.of(succeededJob(), deadJob(), cancelledJob())) {
      JobState before = state(key);
      assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.ENDED);
      assertThat(control().reschedule(queue(), key, now())).isEqualTo(ActReply.ENDED);
      assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.ENDED);
      assertThat(state(key)).isEqualTo(before);
    }
  }
}
