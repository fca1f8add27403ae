package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How a run waits and what wakes it. */
public abstract class SuspendContract extends RunJobs {
  private static final Duration WAIT = Duration.ofMinutes(10);

  // Waiting.

  @Test
  void a_suspended_run_waits_and_counts_nothing() {
    String key = enqueueOne();
    suspend(key, waiting(lines(0, "a"), null, WAIT));

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.WAITING);
    assertThat(job.reason()).isEqualTo(StateReason.SUSPENDED);
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.runAt()).isEqualTo(now().plus(WAIT));
    assertThat(job.consumer()).isNull();
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(job.attempts()).isEmpty();
    assertThat(entries(key)).containsExactly("a");
    assertThat(stats().scheduled()).isEqualTo(1);
    assertThat(stats().active()).isZero();
    assertThat(stats().nextDue()).isEqualTo(now().plus(WAIT));
  }

  @Test
  void what_a_run_writes_as_it_suspends_is_there_with_the_next_claim() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    write(claim, 0, "a");
    assertThat(taker().settle(claim, waiting(lines(1, "b", "c"), null, WAIT)))
        .isEqualTo(Settled.DONE);
    advance(WAIT);
    Claim next = taker().claimOne();
    assertThat(next.held().key()).isEqualTo(key);
    assertThat(entries(Objects.requireNonNull(next.journal()))).containsExactly("a", "b", "c");
  }

  @Test
  void a_run_waits_for_the_earlier_of_an_instant_and_a_delay() {
    String first = enqueueOne();
    suspend(first, waiting(lines(0, "a"), now().plus(WAIT), WAIT.multipliedBy(2)));
    String second = enqueueOne();
    suspend(second, waiting(lines(0, "a"), now().plus(WAIT.multipliedBy(3)), WAIT));
    String third = enqueueOne();
    suspend(third, waiting(lines(0, "a"), now().plus(WAIT), null));

    for (String key : List.of(first, second, third)) {
      assertThat(stored(key).runAt()).isEqualTo(now().plus(WAIT));
    }
    advance(WAIT.minusMillis(1));
    assertThat(claimable()).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(claimable()).containsExactlyInAnyOrder(first, second, third);
  }

  @Test
  void a_run_whose_time_has_come_is_ready_at_once() {
    List<Outcome> outcomes =
        List.of(
            waiting(lines(0, "a"), now(), null),
            waiting(lines(0, "a"), now().minus(WAIT), WAIT),
            waiting(lines(0, "a"), null, Duration.ZERO));
    for (Outcome outcome : outcomes) {
      String key = enqueueOne();
      suspend(key, outcome);
      assertThat(state(key)).isEqualTo(JobState.READY);
      assertThat(stored(key).reason()).isEqualTo(StateReason.SUSPENDED);
      assertThat(entries(key)).containsExactly("a");
      assertThat(taker().claimOne().held().key()).isEqualTo(key);
    }
  }

  @Test
  void a_run_that_waits_for_no_instant_has_none_and_time_does_not_wake_it() {
    String key = suspendedRun(NEVER);
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    assertThat(stored(key).runAt()).isNull();
    assertThat(stats().scheduled()).isEqualTo(1);
    assertThat(stats().nextDue()).isNull();
    TurnReply watching = taker("watching").watchTerm(Duration.ofSeconds(4)).turn(1);
    assertThat(watching.nextDue()).isNull();
    assertThat(watching.claims()).isEmpty();
    advance(Duration.ofDays(10_000));
    assertThat(claimable()).isEmpty();
  }

  @Test
  void a_run_that_waits_for_an_instant_is_told_as_the_next_that_is_due() {
    String key = enqueueOne();
    suspend(key, waiting(Append.nothing(0), null, WAIT));
    TurnReply watching = taker("watching").watchTerm(Duration.ofSeconds(4)).turn(1);
    assertThat(watching.nextDue()).isEqualTo(WAIT);
  }

  @Test
  void a_suspended_run_holds_no_lease_and_is_not_reaped() {
    String key = suspendedRun(1);
    assertThat(passReaping(TurnTaker.LEASE.multipliedBy(3)).returned()).isZero();
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    assertThat(control().list(queue(), JobState.ACTIVE, null, 10).items()).isEmpty();
  }

  @Test
  void a_suspended_run_leaves_its_place_to_the_next() {
    control().limit(queue(), LimitScope.type(TYPE), Limit.concurrency(1));
    List<String> keys = enqueue(2);
    Claim claim = taker().claimOne();
    assertThat(taker().claim(1)).isEmpty();
    taker().settle(claim, waitingFor(lines(0, "a"), 1));
    Claim second = taker().claimOne();
    assertThat(second.held().key()).isEqualTo(keys.get(1));

    deliver(keys.get(0), "m1");
    assertThat(taker().claim(1)).isEmpty();
    taker().settle(second, succeeded());
    assertThat(taker().claimOne().held().key()).isEqualTo(keys.get(0));
  }

  @Test
  void suspending_forgets_crashes_and_keeps_the_other_counters() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ZERO));
    claimAndSettle(new Outcome.Snoozed(Duration.ZERO));
    claimAndSettle(new Outcome.Missed(Duration.ZERO));
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    assertThat(counters(key)).isEqualTo(new Counters(1, 4, 1, 1, 1));
    suspend(key, waiting(lines(0, "a")));
    assertThat(counters(key)).isEqualTo(new Counters(1, 5, 0, 1, 1));
  }

  // Waking by messages.

  @Test
  void the_message_that_a_run_waits_for_wakes_it() {
    String key = suspendedRun(2);
    deliver(key, "m1");
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    deliver(key, "m1");
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    advance(WAIT);
    deliver(key, "m2");
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(stored(key).reason()).isEqualTo(StateReason.SUSPENDED);
    assertThat(stats().scheduled()).isZero();

    advance(Duration.ofSeconds(7));
    Claim claim = taker().claimOne();
    assertThat(claim.waited()).isEqualTo(Duration.ofSeconds(7));
    assertThat(Objects.requireNonNull(claim.journal()).messages()).hasSize(2);
  }

  @Test
  void messages_before_the_suspension_count() {
    String key = enqueueOne();
    deliver(key, "m1");
    Claim claim = taker().claimOne();
    deliver(key, "m2");
    taker().settle(claim, waitingFor(lines(0, "a"), 3));
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    deliver(key, "m3");
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_run_that_has_been_sent_enough_is_ready_at_once() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    deliver(key, "m1");
    assertThat(taker().settle(claim, waitingFor(lines(0, "a"), 1))).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(entries(key)).containsExactly("a");
  }

  @Test
  void a_woken_run_is_woken_once_and_waits_anew_for_what_it_says_then() {
    String key = suspendedRun(1);
    deliver(key, "m1");
    deliver(key, "m2");
    assertThat(stats().ready()).isEqualTo(1);
    suspend(key, waitingFor(lines(1, "b"), 4));
    deliver(key, "m3");
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    deliver(key, "m4");
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(stats().ready()).isEqualTo(1);
  }

  @Test
  void a_run_woken_by_time_does_not_wait_for_messages_any_more() {
    String key = enqueueOne();
    suspend(key, new Outcome.Suspended(lines(0, "a"), null, WAIT, 1, false));
    advance(WAIT);
    claimAndSettle(retry(WAIT));
    deliver(key, "m1");
    assertThat(state(key)).isEqualTo(JobState.SCHEDULED);
    assertThat(stored(key).runAt()).isEqualTo(now().plus(WAIT));
  }

  @Test
  void a_woken_run_goes_to_the_tail_of_its_home_lane() {
    String key = enqueue(job(Priority.HIGH)).get(0);
    suspend(key, waitingFor(lines(0, "a"), 1));
    String high = enqueue(job(Priority.HIGH)).get(0);
    String normal = enqueueOne();
    deliver(key, "m1");
    assertThat(claimable()).containsExactly(high, key, normal);
  }

  // Waking by a cancel.

  @Test
  void a_run_that_does_not_know_of_a_cancel_is_ready_at_once() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    cancel(key);
    assertThat(taker().settle(claim, waiting(lines(0, "a")))).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(entries(key)).containsExactly("a");
    assertThat(taker().claimOne().cancelRequested()).isTrue();
  }

  @Test
  void a_run_that_knows_of_a_cancel_waits_all_the_same() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    cancel(key);
    assertThat(taker().settle(claim, new Outcome.Suspended(lines(0, "a"), null, WAIT, NEVER, true)))
        .isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    assertThat(stored(key).cancelRequested()).isTrue();
    advance(WAIT);
    assertThat(taker().claimOne().cancelRequested()).isTrue();
  }

  // Repeating.

  @Test
  void a_suspension_that_is_repeated_writes_nothing_twice() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    Outcome suspended = waiting(lines(0, "a"), null, WAIT);
    Settlement settlement = new Settlement(claim.held(), suspended);
    assertThat(taker().turn(0, settlement).settled()).containsExactly(Settled.DONE);
    advance(Duration.ofSeconds(1));
    assertThat(taker().repeat(List.of(), 0, settlement).settled()).containsExactly(Settled.ALREADY);
    assertThat(taker().settle(claim, suspended)).isEqualTo(Settled.ALREADY);
    assertThat(entries(key)).containsExactly("a");
    assertThat(stored(key).runAt()).isEqualTo(now().plus(WAIT).minusSeconds(1));

    deliver(key, "m1");
    advance(WAIT);
    taker().claimOne();
    assertThat(taker().settle(claim, suspended)).isEqualTo(Settled.TAKEN);
  }

  @Test
  void a_suspension_may_bring_what_an_append_has_brought_already() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    write(claim, 0, "a");
    taker().settle(claim, waiting(lines(0, "a", "b")));
    assertThat(entries(key)).containsExactly("a", "b");
  }

  @Test
  void a_suspension_that_contradicts_the_journal_is_refused_and_the_job_reaped() {
    Claim claim = writing("a");
    String key = claim.held().key();
    assertThat(taker().settle(claim, waiting(lines(0, "x")))).isEqualTo(Settled.UNCLAIMED);
    assertThat(taker().settle(claim, waiting(lines(2, "c")))).isEqualTo(Settled.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(entries(key)).containsExactly("a");
    passReaping(TurnTaker.LEASE);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_claim_that_was_lost_suspends_nothing() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    passReaping(TurnTaker.LEASE);
    assertThat(taker().settle(claim, waiting(lines(0, "a")))).isEqualTo(Settled.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(entries(key)).isEmpty();
  }

  // Operating.

  @Test
  void lists_tell_suspended_runs_from_scheduled_jobs() {
    String waiting = suspendedRun(NEVER);
    String timed = enqueueOne();
    suspend(timed, waiting(lines(0, "a"), null, WAIT));
    String scheduled = scheduledJob();

    assertThat(listed(JobState.WAITING)).containsExactlyInAnyOrder(waiting, timed);
    assertThat(listed(JobState.SCHEDULED)).containsExactly(scheduled);
    assertThat(stats().scheduled()).isEqualTo(3);
  }

  private List<String> listed(JobState state) {
    return control().list(queue(), state, null, 100).items().stream().map(StoredJob::key).toList();
  }

  @Test
  void a_suspended_run_can_be_run_now() {
    String key = suspendedRun(NEVER);
    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(claimable()).containsExactly(key);
  }

  @Test
  void a_suspended_run_that_is_rescheduled_is_still_woken_by_its_messages() {
    String key = suspendedRun(1);
    assertThat(control().reschedule(queue(), key, now().plus(WAIT))).isEqualTo(ActReply.DONE);
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    assertThat(stored(key).runAt()).isEqualTo(now().plus(WAIT));
    deliver(key, "m1");
    assertThat(state(key)).isEqualTo(JobState.READY);
    claimAndSettle(succeeded());

    String other = suspendedRun(1);
    control().reschedule(queue(), other, now().plus(WAIT));
    advance(WAIT);
    assertThat(claimable()).containsExactly(other);
  }

  @Test
  void a_suspended_run_that_is_rescheduled_for_now_is_ready() {
    String key = suspendedRun(1);
    assertThat(control().reschedule(queue(), key, now())).isEqualTo(ActReply.DONE);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_suspended_run_that_is_moved_finds_its_lane_when_it_wakes() {
    String key = suspendedRun(1);
    String normal = enqueueOne();
    assertThat(prioritize(key, Priority.HIGH)).isEqualTo(ActReply.DONE);
    deliver(key, "m1");
    assertThat(claimable()).containsExactly(key, normal);
  }

  @Test
  void a_suspended_run_is_removed_with_its_journal() {
    String deleted = suspendedRun(1);
    String purged = suspendedRun(1);
    assertThat(control().delete(queue(), deleted)).isEqualTo(ActReply.DONE);
    assertThat(control().find(queue(), deleted)).isEmpty();
    assertThat(entries(deleted)).isEmpty();
    assertThat(control().purge(queue())).isEqualTo(1);
    assertThat(control().purge(queue())).isZero();
    assertThat(control().find(queue(), purged)).isEmpty();
    assertThat(entries(purged)).isEmpty();
    assertThat(stats().scheduled()).isZero();
  }

  // Unique keys.

  private NewJob unique(Uniqueness rule, String envelope) {
    return new NewJob(key(), TYPE, Priority.NORMAL, Start.NOW, null, rule, false, bytes(envelope));
  }

  private Verdict send(NewJob job) {
    return enqueueAll(queue(), 10_000_000, List.of(job)).get(0).verdict();
  }

  @Test
  void a_suspended_run_holds_the_key_that_it_holds_until_it_has_finished() {
    String key = enqueue(unique(Uniqueness.untilFinished("k"), "1")).get(0);
    suspend(key, waiting(lines(0, "a")));
    assertThat(send(unique(Uniqueness.untilFinished("k"), "2")))
        .isEqualTo(Verdict.EXISTING_UNIQUE_KEY);
  }

  @Test
  void a_newer_job_of_its_keep_latest_key_leaves_a_suspending_run_alone() {
    String key = enqueue(unique(Uniqueness.keepLatest("k"), "1")).get(0);
    Claim claim = taker().claimOne();
    assertThat(send(unique(Uniqueness.keepLatest("k"), "2"))).isEqualTo(Verdict.CREATED);
    assertThat(taker().settle(claim, waitingFor(lines(0, "a"), 1))).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.WAITING);
    deliver(key, "m1");
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_run_that_has_begun_keeps_its_payload_when_a_newer_job_of_its_keep_latest_key_comes() {
    String waiting = enqueue(unique(Uniqueness.keepLatest("k"), "1")).get(0);
    suspend(waiting, waiting(lines(0, "a")));
    assertThat(send(unique(Uniqueness.keepLatest("k"), "2"))).isEqualTo(Verdict.CREATED);
    assertThat(text(stored(waiting).envelope())).isEqualTo("1");

    String ready = enqueue(unique(Uniqueness.keepLatest("l"), "1")).get(0);
    taker().claim(2).stream()
        .filter(claim -> claim.held().key().equals(ready))
        .forEach(claim -> taker().settle(claim, waitingFor(lines(0, "a"), 0)));
    assertThat(state(ready)).isEqualTo(JobState.READY);
    assertThat(send(unique(Uniqueness.keepLatest("l"), "2"))).isEqualTo(Verdict.CREATED);
    assertThat(text(stored(ready).envelope())).isEqualTo("1");
  }
}
