package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How jobs are deleted and a queue is purged. */
public abstract class DeleteContract extends StagedJobs {
  private EnqueueReply sent(NewJob job) {
    return enqueueAll(queue(), Long.MAX_VALUE, List.of(job)).get(0);
  }

  private static NewJob withName(NewJob job, String name) {
    return new NewJob(
        job.key(),
        job.type(),
        job.priority(),
        job.start(),
        new NewJob.Idempotency(name, Duration.ofHours(1)),
        job.retry(),
        job.envelope());
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
  void a_deleted_job_frees_its_idempotency_key_also_after_its_end() {
    NewJob plain = job();
    NewJob first = withName(plain, "order:7");
    assertThat(sent(first).verdict()).isEqualTo(Verdict.CREATED);
    control().delete(queue(), first.key());
    NewJob second = withName(job(), "order:7");
    assertThat(sent(second).verdict()).isEqualTo(Verdict.CREATED);
    claimAndSettle(new Outcome.Succeeded(null));
    control().delete(queue(), second.key());
    NewJob third = withName(job(), "order:7");
    assertThat(sent(third).verdict()).isEqualTo(Verdict.CREATED);
    // The key is the third's now: deleting it once more by the second's id changes nothing.
    control().delete(queue(), second.key());
    assertThat(sent(withName(job(), "order:7")).existingKey()).isEqualTo(third.key());
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
}
