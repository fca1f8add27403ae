package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How jobs and queues are operated on: each act in each state, and what can be claimed after. */
public abstract class ControlContract extends EngineContract {
  private static final Retention KEEP_NONE =
      new Retention(Duration.ZERO, 0, Duration.ofDays(90), 100_000);

  private Control control() {
    return engine().control();
  }

  private ActReply cancel(String key) {
    return control().cancel(queue(), key, Retention.STANDARD);
  }

  private ActReply prioritize(String key, Priority priority) {
    return control().prioritize(queue(), key, priority);
  }

  /** All that can be claimed now, one by one and in order of the lanes. */
  private List<String> claimable() {
    List<String> keys = new ArrayList<>();
    TurnTaker taker = taker("claimable");
    while (true) {
      // Every fourth turn gives another lane its chance: left out here.
      List<Claim> claims = taker.nextNumber(taker.number() / 4 * 4 + 5).claim(1);
      if (claims.isEmpty()) {
        return keys;
      }
      keys.add(claims.get(0).held().key());
    }
  }

  private String deadJob() {
    String key = enqueueOne();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    return key;
  }

  private String succeededJob() {
    String key = enqueueOne();
    claimAndSettle(succeeded());
    return key;
  }

  private String cancelledJob() {
    String key = enqueueOne();
    assertThat(cancel(key)).isEqualTo(ActReply.DONE);
    return key;
  }

  private String activeJob() {
    String key = enqueueOne();
    assertThat(taker().claimOne().held().key()).isEqualTo(key);
    return key;
  }

  private String scheduledJob() {
    return enqueue(delayed(Duration.ofMinutes(10))).get(0);
  }

  /** A job in the lane of suspects, with two crashes. */
  private String suspectJob() {
    String key = enqueueOne();
    for (int i = 0; i < 2; i++) {
      assertThat(taker("crashing").claimOne().held().key()).isEqualTo(key);
      passReaping(TurnTaker.LEASE);
    }
    assertThat(counters(key).crashes()).isEqualTo(2);
    return key;
  }

  // Cancel.

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

  // Redrive.

  @Test
  void a_redriven_job_is_at_the_tail_of_its_lane_as_if_new_with_its_history() {
    String key = deadJob();
    List<String> others = enqueue(2);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(stored(key).state()).isEqualTo(JobState.READY);
    assertThat(stored(key).reason()).isEqualTo(StateReason.REDRIVEN);
    assertThat(counters(key)).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(history(key)).hasSize(1);
    assertThat(stats().dead()).isZero();
    assertThat(claimable()).containsExactly(others.get(0), others.get(1), key);
  }

  @Test
  void a_poisoned_job_is_redriven_to_its_own_lane() {
    String key = suspectJob();
    assertThat(taker().claimOne().suspect()).isTrue();
    passReaping(TurnTaker.LEASE);
    assertThat(stored(key).reason()).isEqualTo(StateReason.POISON);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    Claim claim = taker().claimOne();
    assertThat(claim.suspect()).isFalse();
    assertThat(claim.counters().crashes()).isZero();
  }

  @Test
  void only_a_dead_job_can_be_redriven() {
    List<String> keys = new ArrayList<>(List.of(succeededJob(), cancelledJob(), activeJob()));
    keys.add(scheduledJob());
    keys.add(enqueueOne());
    for (String key : keys) {
      JobState before = state(key);
      assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(state(key)).isEqualTo(before);
    }
  }

  @Test
  void a_redrive_that_is_repeated_makes_one_job() {
    String key = deadJob();
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
    assertThat(claimable()).containsExactly(key);
  }

  // When and in which lane.

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
  void an_active_or_ended_job_cannot_be_moved() {
    String active = activeJob();
    assertThat(control().runNow(queue(), active)).isEqualTo(ActReply.ACTIVE);
    assertThat(control().reschedule(queue(), active, now())).isEqualTo(ActReply.ACTIVE);
    assertThat(prioritize(active, Priority.HIGH)).isEqualTo(ActReply.ACTIVE);
    for (String key : List.of(succeededJob(), deadJob(), cancelledJob())) {
      JobState before = state(key);
      assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.ENDED);
      assertThat(control().reschedule(queue(), key, now())).isEqualTo(ActReply.ENDED);
      assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.ENDED);
      assertThat(state(key)).isEqualTo(before);
    }
  }

  // Delete.

  @Test
  void a_deleted_job_leaves_no_trace_in_any_state_but_active() {
    List<String> keys =
        new ArrayList<>(List.of(succeededJob(), deadJob(), cancelledJob(), scheduledJob()));
    keys.add(enqueueOne());
    claimAndSettle(retry(Duration.ofSeconds(1)));
    keys.add(enqueueOne());
    for (String key : keys) {
      assertThat(control().delete(queue(), key)).isEqualTo(ActReply.DONE);
      assertThat(control().find(queue(), key)).isEmpty();
      assertThat(control().delete(queue(), key)).isEqualTo(ActReply.NOT_FOUND);
    }
    for (JobState state : JobState.values()) {
      assertThat(control().list(queue(), state, null, 200).items()).isEmpty();
    }
    advance(Duration.ofHours(1));
    assertThat(claimable()).isEmpty();
    assertThat(stats().ready() + stats().scheduled() + stats().dead() + stats().done()).isZero();
  }

  @Test
  void an_active_job_cannot_be_deleted() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    assertThat(control().delete(queue(), key)).isEqualTo(ActReply.ACTIVE);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void a_deleted_job_can_be_enqueued_again_and_is_claimed_once() {
    NewJob job = job();
    enqueue(job);
    control().delete(queue(), job.key());
    NewJob again =
        new NewJob(
            job.key(), TYPE, Priority.NORMAL, NewJob.Start.NOW, null, true, bytes("{\"p\":2}"));
    assertThat(enqueueAll(queue(), 100, List.of(again)))
        .containsExactly(new EnqueueReply(Verdict.CREATED, null));
    Claim claim = taker().claimOne();
    assertThat(text(claim.envelope())).isEqualTo("{\"p\":2}");
    assertThat(taker().settle(claim, retry(Duration.ZERO))).isEqualTo(Settled.DONE);
    assertThat(claimable()).containsExactly(job.key());
  }

  @Test
  void an_outcome_of_a_job_that_was_deleted_meanwhile_is_answered_as_gone() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    passReaping(TurnTaker.LEASE);
    control().delete(queue(), key);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.GONE);
  }

  @Test
  void only_a_dead_job_is_deleted_as_a_dead_letter() {
    String dead = deadJob();
    List<String> others = List.of(succeededJob(), cancelledJob(), activeJob(), scheduledJob());
    String ready = enqueueOne();
    assertThat(control().deleteDead(queue(), dead)).isEqualTo(ActReply.DONE);
    assertThat(control().find(queue(), dead)).isEmpty();
    assertThat(control().deleteDead(queue(), ready)).isEqualTo(ActReply.NOT_APPLICABLE);
    for (String key : others) {
      assertThat(control().deleteDead(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(control().find(queue(), key)).isPresent();
    }
    assertThat(claimable()).containsExactly(ready);
  }

  // Purge.

  @Test
  void a_purge_removes_all_that_waits_and_nothing_else() {
    String dead = deadJob();
    String done = succeededJob();
    String active = activeJob();
    enqueue(150);
    enqueue(job(Priority.HIGH), job(Priority.LOW));
    NewJob[] later = new NewJob[130];
    Arrays.setAll(later, i -> delayed(Duration.ofMinutes(i + 1L)));
    enqueue(later);

    int total = 0;
    int calls = 0;
    for (int removed = control().purge(queue()); removed > 0; removed = control().purge(queue())) {
      assertThat(removed).isLessThanOrEqualTo(100);
      total += removed;
      assertThat(++calls).isLessThan(100);
    }
    assertThat(total).isEqualTo(282);
    assertThat(stats().ready()).isZero();
    assertThat(stats().scheduled()).isZero();
    assertThat(state(dead)).isEqualTo(JobState.DEAD);
    assertThat(state(done)).isEqualTo(JobState.SUCCEEDED);
    assertThat(state(active)).isEqualTo(JobState.ACTIVE);
    advance(Duration.ofHours(3));
    assertThat(claimable()).isEmpty();
  }

  @Test
  void a_purge_of_nothing_removes_nothing() {
    assertThat(control().purge(queue())).isZero();
  }

  @Test
  void a_purge_goes_past_what_was_cancelled() {
    List<String> keys = enqueue(500);
    keys.subList(0, 450).forEach(this::cancel);
    assertThat(control().purge(queue())).isEqualTo(50);
    assertThat(control().purge(queue())).isZero();
    assertThat(state(keys.get(0))).isEqualTo(JobState.CANCELLED);
    assertThat(control().find(queue(), keys.get(499))).isEmpty();
  }

  @Test
  void a_purge_takes_suspects_and_jobs_that_wait_for_an_attempt_with_their_history() {
    String suspect = suspectJob();
    String waiting = enqueueOne();
    taker().suspects(false);
    claimAndSettle(retry(Duration.ofMinutes(1)));
    assertThat(control().purge(queue())).isEqualTo(2);
    assertThat(control().find(queue(), suspect)).isEmpty();
    assertThat(control().find(queue(), waiting)).isEmpty();
  }

  @Test
  void jobs_enqueued_after_a_purge_are_claimed() {
    List<String> keys = enqueue(3);
    prioritize(keys.get(0), Priority.HIGH);
    control().purge(queue());
    List<String> fresh = enqueue(2);
    assertThat(claimable()).isEqualTo(fresh);
  }

  // Pause.

  @Test
  void nothing_is_claimed_from_a_paused_queue_until_it_is_resumed() {
    List<String> keys = enqueue(2);
    control().pause(queue(), true);
    control().pause(queue(), true);
    assertThat(taker().turn(10).paused()).isTrue();
    assertThat(taker().claim(10)).isEmpty();
    assertThat(stats().paused()).isTrue();
    control().pause(queue(), false);
    control().pause(queue(), false);
    assertThat(stats().paused()).isFalse();
    assertThat(taker().turn(0).paused()).isFalse();
    assertThat(claimable()).isEqualTo(keys);
  }

  @Test
  void a_paused_queue_takes_jobs_outcomes_and_extensions() {
    enqueue(2);
    List<Claim> claims = taker().claim(2);
    control().pause(queue(), true);
    String later = enqueue(delayed(Duration.ofSeconds(1))).get(0);
    advance(Duration.ofSeconds(1));
    assertThat(taker().turn(5, new Settlement(claims.get(0).held(), succeeded())).settled())
        .containsExactly(Settled.DONE);
    assertThat(taker().settle(claims.get(1), new Outcome.Released())).isEqualTo(Settled.DONE);
    assertThat(state(later)).isEqualTo(JobState.READY);
    assertThat(taker().claim(5)).isEmpty();
    control().pause(queue(), false);
    assertThat(claimable()).containsExactly(claims.get(1).held().key(), later);
  }

  @Test
  void pausing_one_queue_leaves_the_others_alone() {
    QueueRef other = freshQueue();
    enqueueAll(other, 10, List.of(job()));
    control().pause(queue(), true);
    assertThat(newTaker(other, "w1").claim(1)).hasSize(1);
  }

  // Open and leave.

  @Test
  void a_queue_can_be_opened_again_at_any_time() {
    String key = enqueueOne();
    engine().claiming().open(queue());
    engine().claiming().open(queue());
    assertThat(claimable()).containsExactly(key);
  }

  @Test
  void a_consumer_that_leaves_gives_up_the_watch_over_due_times() {
    scheduledJob();
    Duration term = Duration.ofSeconds(4);
    assertThat(taker("w1").watchTerm(term).turn(0).nextDue()).isEqualTo(Duration.ofMinutes(10));
    assertThat(taker("w2").watchTerm(term).turn(0).nextDue()).isNull();
    engine().claiming().leave(queue(), "w2");
    assertThat(taker("w2").turn(0).nextDue()).isNull();
    engine().claiming().leave(queue(), "w1");
    assertThat(taker("w2").turn(0).nextDue()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void a_consumer_that_leaves_with_a_job_still_holds_it() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    engine().claiming().leave(queue(), "w1");
    engine().claiming().leave(queue(), "w1");
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }
}
