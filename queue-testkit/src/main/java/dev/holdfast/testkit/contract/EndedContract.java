package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Ties;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Runs.Ended;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ends of jobs that have a parent: each is told, whatever it was that ended the job. */
public abstract class EndedContract extends RunJobs {
  private static final String PARENT = "flows~0~01ARZ3NDEKTSV4RRFFQ69G5FAV";
  private static final Ties CHILD = new Ties(List.of(), PARENT, false);
  private static final Ties BARE = new Ties(List.of(), PARENT, true);

  private String child() {
    return enqueue(tied(CHILD)).get(0);
  }

  private Ended onlyEnd() {
    List<Ended> ended = runs().ended(queue());
    assertThat(ended).hasSize(1);
    return ended.get(0);
  }

  private void ends(String key, int claims, JobState how, StateReason reason) {
    Ended ended = onlyEnd();
    assertThat(ended.parent()).isEqualTo(PARENT);
    assertThat(ended.key()).isEqualTo(key);
    assertThat(ended.claims()).isEqualTo(claims);
    assertThat(ended.how()).isEqualTo(how);
    assertThat(ended.reason()).isEqualTo(reason.name());
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  private static byte @Nullable [] textOf(Ended ended) {
    return ended.text();
  }

  private void forgets() {
    runs().told(queue(), runs().ended(queue()));
    assertThat(runs().ended(queue())).isEmpty();
  }

  // Every way to end.

  @Test
  void a_success_is_told_with_its_result() {
    String key = child();
    claimAndSettle(new Outcome.Succeeded(bytes("{\"r\":1}")));
    ends(key, 1, JobState.SUCCEEDED, StateReason.COMPLETED);
    assertThat(textOf(onlyEnd())).isEqualTo(bytes("{\"r\":1}"));
  }

  @Test
  void a_success_without_a_result_is_told_without_text() {
    String key = child();
    claimAndSettle(succeeded());
    ends(key, 1, JobState.SUCCEEDED, StateReason.COMPLETED);
    assertThat(textOf(onlyEnd())).isNull();
  }

  @Test
  void a_dead_job_is_told_with_its_last_attempt() {
    String key = child();
    claimAndSettle(new Outcome.Retry(Duration.ZERO, StateReason.RETRY, attempt(1, "first")));
    byte[] last = attempt(2, "last");
    claimAndSettle(new Outcome.Buried(StateReason.EXHAUSTED, last));
    ends(key, 2, JobState.DEAD, StateReason.EXHAUSTED);
    assertThat(textOf(onlyEnd())).isEqualTo(last);
  }

  @Test
  void a_job_buried_without_an_attempt_is_told_with_the_one_before_if_there_was_one() {
    child();
    claimAndSettle(new Outcome.Buried(StateReason.UNKNOWN_TYPE, null));
    assertThat(textOf(onlyEnd())).isNull();
    forgets();
    child();
    byte[] before = attempt(1, "before");
    claimAndSettle(new Outcome.Retry(Duration.ZERO, StateReason.RETRY, before));
    claimAndSettle(new Outcome.Buried(StateReason.UNKNOWN_TYPE, null));
    assertThat(textOf(onlyEnd())).isEqualTo(before);
  }

  @Test
  void a_job_that_kills_its_workers_is_told_with_its_last_crash() {
    String key = child();
    for (int i = 0; i < MAX_CRASHES; i++) {
      assertThat(runs().ended(queue())).isEmpty();
      assertThat(taker("crashing").claimOne().held().key()).isEqualTo(key);
      passReaping(TurnTaker.LEASE);
    }
    ends(key, MAX_CRASHES, JobState.DEAD, StateReason.POISON);
    assertThat(AttemptJson.decode(Objects.requireNonNull(textOf(onlyEnd()))).failure().message())
        .contains("crash 3");
  }

  @Test
  void a_discarded_job_is_told() {
    String key = child();
    byte[] why = attempt(1, "nothing to do");
    claimAndSettle(new Outcome.Discarded(why));
    ends(key, 1, JobState.CANCELLED, StateReason.DISCARDED);
    assertThat(textOf(onlyEnd())).isEqualTo(why);
  }

  @Test
  void a_waiting_job_that_is_cancelled_is_told() {
    String key = child();
    cancel(key);
    ends(key, 0, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
    assertThat(textOf(onlyEnd())).isNull();
    forgets();
    String scheduled = enqueue(tied(delayed(Duration.ofHours(1)), CHILD)).get(0);
    cancel(scheduled);
    ends(scheduled, 0, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
  }

  @Test
  void a_running_job_that_is_cancelled_is_told_when_it_ends() {
    String key = child();
    Claim claim = taker().claimOne();
    cancel(key);
    assertThat(runs().ended(queue())).isEmpty();
    taker().settle(claim, retry(Duration.ZERO));
    ends(key, 1, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
    assertThat(textOf(onlyEnd())).isNotNull();
  }

  @Test
  void a_cancelled_job_whose_worker_died_is_told_when_it_is_reaped() {
    String key = child();
    taker().claimOne();
    cancel(key);
    passReaping(TurnTaker.LEASE);
    ends(key, 1, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
  }

  @Test
  void a_job_that_is_deleted_before_it_ended_is_told_as_cancelled() {
    String key = child();
    control().delete(queue(), key);
    ends(key, 0, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
    forgets();
    String scheduled = enqueue(tied(delayed(Duration.ofHours(1)), CHILD)).get(0);
    control().delete(queue(), scheduled);
    ends(scheduled, 0, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
  }

  @Test
  void a_job_that_is_purged_is_told_as_cancelled() {
    String ready = child();
    String scheduled = enqueue(tied(delayed(Duration.ofHours(1)), CHILD)).get(0);
    String suspended = enqueue(tied(job(Priority.HIGH), CHILD)).get(0);
    suspend(suspended, waiting(lines(0, "a")));
    control().purge(queue());
    List<Ended> ended = runs().ended(queue());
    assertThat(ended).extracting(Ended::key).containsExactlyInAnyOrder(ready, scheduled, suspended);
    assertThat(ended).allSatisfy(end -> assertThat(end.how()).isEqualTo(JobState.CANCELLED));
    assertThat(ended)
        .allSatisfy(
            end -> assertThat(end.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST.name()));
  }

  @Test
  void a_job_that_has_ended_and_is_deleted_is_told_once() {
    String dead = child();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    control().delete(queue(), dead);
    ends(dead, 1, JobState.DEAD, StateReason.EXHAUSTED);
    forgets();
    String succeeded = child();
    claimAndSettle(succeeded());
    forgets();
    control().delete(queue(), succeeded);
    assertThat(runs().ended(queue())).isEmpty();
  }

  @Test
  void a_job_that_is_not_kept_is_told_all_the_same() {
    String first = child();
    Claim claim = taker().claimOne();
    taker().retention(KEEP_NONE).settle(claim, new Outcome.Succeeded(bytes("{\"r\":1}")));
    assertThat(control().find(queue(), first)).isEmpty();
    ends(first, 1, JobState.SUCCEEDED, StateReason.COMPLETED);
    assertThat(textOf(onlyEnd())).isEqualTo(bytes("{\"r\":1}"));
    forgets();
    String second = child();
    control().cancel(queue(), second, KEEP_NONE);
    ends(second, 0, JobState.CANCELLED, StateReason.CANCELLED_ON_REQUEST);
  }

  // Not told.

  @Test
  void jobs_that_wait_again_or_have_no_parent_are_not_told() {
    child();
    claimAndSettle(retry(Duration.ZERO));
    claimAndSettle(new Outcome.Snoozed(Duration.ZERO));
    claimAndSettle(new Outcome.Released());
    claimAndSettle(waiting(lines(0, "a")));
    deadJob();
    cancelledJob();
    enqueue(listening("s"));
    claimAndSettle(succeeded());
    control().delete(queue(), enqueueOne());
    assertThat(runs().ended(queue())).isEmpty();
    assertThat(taker().turn(0).untold()).isFalse();
  }

  @Test
  void nobody_who_is_told_how_only_is_told_with_what() {
    enqueue(tied(BARE));
    claimAndSettle(new Outcome.Succeeded(bytes("{\"r\":1}")));
    assertThat(textOf(onlyEnd())).isNull();
    assertThat(onlyEnd().how()).isEqualTo(JobState.SUCCEEDED);
    forgets();
    enqueue(tied(BARE));
    claimAndSettle(buried(StateReason.EXHAUSTED));
    assertThat(textOf(onlyEnd())).isNull();
    assertThat(onlyEnd().reason()).isEqualTo("EXHAUSTED");
  }

  // Until it is told.

  @Test
  void an_end_stays_untold_until_it_is_told() {
    String key = child();
    claimAndSettle(succeeded());
    advance(Retention.STANDARD.done().plusSeconds(1));
    assertThat(taker().turn(0).untold()).isTrue();
    assertThat(control().find(queue(), key)).isEmpty();
    ends(key, 1, JobState.SUCCEEDED, StateReason.COMPLETED);

    List<Ended> ended = runs().ended(queue());
    runs().told(queue(), ended);
    assertThat(runs().ended(queue())).isEmpty();
    assertThat(taker().turn(0).untold()).isFalse();
    runs().told(queue(), ended);
    runs().told(queue(), List.of());
    assertThat(runs().ended(queue())).isEmpty();
  }

  @Test
  void the_turn_that_ends_a_job_says_so() {
    child();
    Claim claim = taker().claimOne();
    TurnReply reply = taker().turn(0, new Settlement(claim.held(), succeeded()));
    assertThat(reply.untold()).isTrue();
    assertThat(newTaker(freshQueue(), "w1").turn(0).untold()).isFalse();
  }

  @Test
  void an_end_after_a_redrive_is_another_one() {
    String key = child();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    List<Ended> first = runs().ended(queue());
    runs().told(queue(), first);
    control().redrive(queue(), key);
    assertThat(runs().ended(queue())).isEmpty();
    claimAndSettle(new Outcome.Succeeded(bytes("2")));
    ends(key, 2, JobState.SUCCEEDED, StateReason.COMPLETED);
    // A late word of the first end.
    runs().told(queue(), first);
    ends(key, 2, JobState.SUCCEEDED, StateReason.COMPLETED);
    forgets();
  }

  @Test
  void a_repeated_outcome_is_told_once() {
    child();
    Claim claim = taker().claimOne();
    Settlement settlement = new Settlement(claim.held(), succeeded());
    taker().turn(0, settlement);
    taker().repeat(List.of(), 0, settlement);
    taker().settle(claim, succeeded());
    assertThat(runs().ended(queue())).hasSize(1);
    forgets();
    taker().settle(claim, succeeded());
    assertThat(runs().ended(queue())).isEmpty();
  }

  @Test
  void ends_come_oldest_first_and_a_hundred_a_call() {
    List<String> keys =
        enqueue(IntStream.range(0, 150).mapToObj(i -> tied(CHILD)).toArray(NewJob[]::new));
    for (int from = 0; from < keys.size(); from += 50) {
      List<Claim> claims = taker().claim(50);
      advance(Duration.ofMillis(1));
      taker()
          .turn(
              0,
              claims.stream()
                  .map(claim -> new Settlement(claim.held(), succeeded()))
                  .toArray(Settlement[]::new));
    }
    List<Ended> first = runs().ended(queue());
    assertThat(first).extracting(Ended::key).isEqualTo(keys.subList(0, 100));
    assertThat(runs().ended(queue())).extracting(Ended::key).isEqualTo(keys.subList(0, 100));
    runs().told(queue(), first);
    assertThat(tellAll()).extracting(Ended::key).isEqualTo(keys.subList(100, 150));
  }

  @Test
  void ends_of_large_results_come_a_mib_a_call() {
    enqueue(IntStream.range(0, 6).mapToObj(i -> tied(CHILD)).toArray(NewJob[]::new));
    for (Claim claim : taker().claim(6)) {
      taker().settle(claim, new Outcome.Succeeded(new byte[300 * KIB]));
    }
    assertThat(runs().ended(queue())).hasSizeBetween(1, 4);
    assertThat(tellAll()).hasSize(6);
    child();
    claimAndSettle(new Outcome.Succeeded(new byte[1200 * KIB]));
    assertThat(onlyEnd().text()).hasSize(1200 * KIB);
  }
}
