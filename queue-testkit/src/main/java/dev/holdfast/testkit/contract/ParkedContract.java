package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Parked jobs: what is seen of them, what is done to them, and whom they wake. */
public abstract class ParkedContract extends LimitedJobs {
  private static final Duration SOON = Duration.ofMillis(60);

  /** What must ring ends the wait; a busy machine takes its time. */
  private static final Duration IN_TIME = Duration.ofSeconds(3);

  // What is seen.

  @Test
  void a_parked_job_tells_which_limit_keeps_it() {
    limit(EACH_KEY, Limit.concurrency(1));
    String key = enqueueOf("tenant:7", 2).get(1);

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.PARKED);
    assertThat(job.parkedBy()).isEqualTo("key tenant:7");
    assertThat(job.reason()).isEqualTo(StateReason.ENQUEUED);
    assertThat(job.runAt()).isNull();
    assertThat(job.consumer()).isNull();
    assertThat(job.envelope()).isNotNull();
  }

  @Test
  void a_job_that_is_not_parked_names_no_limit() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 2);
    Claim claim = taker().claimOne();
    assertThat(stored(keys.get(0)).parkedBy()).isNull();
    succeed(claim);
    assertThat(stored(keys.get(0)).parkedBy()).isNull();
    assertThat(stored(keys.get(1)).parkedBy()).isNull();
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
  }

  @Test
  void a_list_shows_them_by_scope_and_in_their_order() {
    limit(EACH_KEY, Limit.concurrency(1));
    limit(LimitScope.type("t"), Limit.concurrency(1));
    List<String> t = enqueue(ofType("t"), ofType("t"));
    List<String> b = enqueueOf("b", 3);
    List<String> a = enqueueOf("a", 3);
    String high = enqueue(of("b", Priority.HIGH)).get(0);

    assertThat(parked()).containsExactly(a.get(1), a.get(2), high, b.get(1), b.get(2), t.get(1));
    assertThat(parkedJobs())
        .extracting(StoredJob::parkedBy)
        .containsExactly("key a", "key a", "key b", "key b", "key b", "type t");
  }

  @Test
  void a_list_comes_in_pages() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 8);
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      Page<StoredJob> page = control().list(queue(), JobState.PARKED, cursor, 3);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      page.items().forEach(job -> seen.add(job.key()));
      cursor = page.next();
    } while (cursor != null);
    assertThat(seen).isEqualTo(keys.subList(1, 8));
  }

  @Test
  void they_are_counted_apart_and_within_the_bound_of_the_queue() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 5);

    assertThat(stats().parked()).isEqualTo(4);
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(enqueueAll(queue(), 5, List.of(of("b"))).get(0).verdict())
        .isEqualTo(dev.holdfast.spi.EnqueueReply.Verdict.FULL);
  }

  @Test
  void the_wait_of_a_claim_counts_from_the_enqueue() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 2);
    Claim first = claims().get(0);
    advance(Duration.ofSeconds(7));
    succeed(first);

    assertThat(taker().claimOne().waited()).isEqualTo(Duration.ofSeconds(7));
  }

  // What is done to them.

  @Test
  void one_that_is_cancelled_never_runs() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    Claim first = claims().get(0);
    assertThat(cancel(keys.get(1))).isEqualTo(ActReply.DONE);
    assertThat(state(keys.get(1))).isEqualTo(JobState.CANCELLED);
    assertThat(stats().parked()).isEqualTo(1);

    succeed(first);
    assertThat(claimed()).containsExactly(keys.get(2));
  }

  @Test
  void one_that_is_deleted_leaves_no_trace() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    Claim first = claims().get(0);
    assertThat(control().delete(queue(), keys.get(1))).isEqualTo(ActReply.DONE);
    assertThat(control().find(queue(), keys.get(1))).isEmpty();

    succeed(first);
    assertThat(claimed()).containsExactly(keys.get(2));
  }

  @Test
  void a_purge_removes_them_too() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 150);
    enqueueOf("b", 100);
    enqueue(later("a", Duration.ofMinutes(1)));
    Claim active = taker().claimOne();
    int purged = 0;
    for (int last = control().purge(queue()); last > 0; last = control().purge(queue())) {
      assertThat(last).isLessThanOrEqualTo(100);
      purged += last;
    }
    assertThat(purged).isEqualTo(250);
    assertThat(stats().parked()).isZero();
    assertThat(stats().ready()).isZero();
    succeed(active);
    String next = enqueueOf("a", 1).get(0);
    assertThat(claimed()).containsExactly(next);
  }

  @Test
  void one_that_is_rescheduled_gets_in_line_when_it_is_due() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 4);
    Claim first = claims().get(0);
    assertThat(control().reschedule(queue(), keys.get(1), now().plusSeconds(5)))
        .isEqualTo(ActReply.DONE);
    assertThat(state(keys.get(1))).isEqualTo(JobState.SCHEDULED);
    assertThat(stored(keys.get(1)).parkedBy()).isNull();
    advance(Duration.ofSeconds(5));
    assertThat(claimed()).isEmpty();

    assertThat(parked()).containsExactly(keys.get(2), keys.get(3), keys.get(1));
    succeed(first);
    assertThat(claimed()).containsExactly(keys.get(2));
  }

  @Test
  void one_that_is_rescheduled_for_now_stays_in_line() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 3);
    assertThat(claims()).hasSize(1);
    assertThat(control().reschedule(queue(), keys.get(1), now())).isEqualTo(ActReply.DONE);

    assertThat(claimed()).isEmpty();
    assertThat(parked()).containsExactly(keys.get(1), keys.get(2));
  }

  @Test
  void one_cannot_be_made_to_run_now() {
    limit(EACH_KEY, Limit.concurrency(1));
    String key = enqueueOf("a", 2).get(1);

    assertThat(control().runNow(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
    assertThat(state(key)).isEqualTo(JobState.PARKED);
  }

  @Test
  void one_of_a_new_priority_takes_its_place_among_those_of_that() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 4);
    Claim first = claims().get(0);
    assertThat(prioritize(keys.get(3), Priority.HIGH)).isEqualTo(ActReply.DONE);
    assertThat(prioritize(keys.get(1), Priority.LOW)).isEqualTo(ActReply.DONE);

    assertThat(parked()).containsExactly(keys.get(3), keys.get(2), keys.get(1));
    assertThat(stored(keys.get(3)).priority()).isEqualTo(Priority.HIGH);
    succeed(first);
    assertThat(taker().nextStartsHigh().claimOne().priority()).isEqualTo(Priority.HIGH);
  }

  @Test
  void a_waiting_job_that_is_taken_out_of_its_lane_lets_the_next_of_its_key_go() {
    limit(EACH_KEY, Limit.concurrency(1));
    List<String> keys = enqueueOf("a", 4);
    cancel(keys.get(0));
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
    control().delete(queue(), keys.get(1));
    assertThat(state(keys.get(2))).isEqualTo(JobState.READY);
    control().reschedule(queue(), keys.get(2), now().plusSeconds(60));

    assertThat(claimed()).containsExactly(keys.get(3));
  }

  @Test
  void a_suspect_is_first_in_line() {
    limit(EACH_KEY, Limit.concurrency(1));
    String suspect = enqueueOf("a", 1).get(0);
    for (int i = 0; i < 2; i++) {
      assertThat(taker("crashing").claimOne().held().key()).isEqualTo(suspect);
      passReaping(TurnTaker.LEASE.plus(PERIOD));
    }
    control().pauseType(queue(), TYPE, true);
    String high = enqueue(of("a", Priority.HIGH)).get(0);
    assertThat(claimed()).isEmpty();

    assertThat(parked()).containsExactly(suspect, high);
  }

  @Test
  void an_unknown_one_is_not_found() {
    assertThat(cancel(key())).isEqualTo(ActReply.NOT_FOUND);
    assertThat(control().list(queue(), JobState.PARKED, null, 10).items()).isEmpty();
  }

  // Whom they wake.

  @Test
  void a_job_that_is_parked_wakes_nobody_and_one_that_is_let_go_does() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 1);
    Claim first = claims().get(0);
    try (Bells bells = engine().openBells("idle")) {
      while (bells.await(Set.of(queue()), SOON).isPresent()) {
        // What was rung before.
      }
      enqueueOf("a", 3);
      assertThat(bells.await(Set.of(queue()), SOON)).isEmpty();
      succeed(first);
      assertThat(bells.await(Set.of(queue()), IN_TIME)).contains(queue());
      Claim second = taker().claimOne();
      assertThat(bells.await(Set.of(queue()), SOON)).isEmpty();
      passReaping(TurnTaker.LEASE.plus(PERIOD));
      assertThat(state(second.held().key())).isNotEqualTo(JobState.ACTIVE);
      assertThat(bells.await(Set.of(queue()), IN_TIME)).contains(queue());
    }
  }

  @Test
  void what_the_limit_of_the_queue_keeps_wakes_nobody_until_there_is_a_place() {
    limit(LimitScope.queue(), Limit.concurrency(1));
    enqueue(3);
    try (Bells bells = engine().openBells("idle")) {
      while (bells.await(Set.of(queue()), SOON).isPresent()) {
        // What was rung before.
      }
      Claim first = claims().get(0);
      assertThat(bells.await(Set.of(queue()), SOON)).isEmpty();
      succeed(first);
      assertThat(bells.await(Set.of(queue()), IN_TIME)).contains(queue());
    }
  }

  @Test
  void a_cancel_that_lets_another_go_wakes() {
    limit(EACH_KEY, Limit.concurrency(1));
    String key = enqueueOf("a", 2).get(0);
    try (Bells bells = engine().openBells("idle")) {
      while (bells.await(Set.of(queue()), SOON).isPresent()) {
        // What was rung before.
      }
      cancel(key);
      assertThat(bells.await(Set.of(queue()), IN_TIME)).contains(queue());
    }
  }

  @Test
  void a_raised_limit_wakes() {
    limit(EACH_KEY, Limit.concurrency(1));
    enqueueOf("a", 3);
    assertThat(claims()).hasSize(1);
    try (Bells bells = engine().openBells("idle")) {
      while (bells.await(Set.of(queue()), SOON).isPresent()) {
        // What was rung before.
      }
      limit(EACH_KEY, Limit.concurrency(2));
      assertThat(bells.await(Set.of(queue()), IN_TIME)).contains(queue());
    }
  }
}
