package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs of which there is one: until it starts, until it has finished, or in a window. */
public abstract class UniqueJobContract extends SentJobs {
  private static final Uniqueness STARTED = Uniqueness.untilStarted("user:7");
  private static final Uniqueness FINISHED = Uniqueness.untilFinished("user:7");
  private static final Uniqueness WINDOW = Uniqueness.forWindow("user:7", Duration.ofMinutes(5));
  private static final Uniqueness THROTTLE =
      Uniqueness.throttle("user:7", 3, Duration.ofMinutes(5));
  private static final Retention KEEP_NONE =
      new Retention(Duration.ZERO, 0, Duration.ofDays(1), 100);

  private String sendFirst(Uniqueness rule) {
    NewJob first = unique(rule);
    assertThat(sendOne(first)).isEqualTo(created());
    return first.key();
  }

  private void isHeld(Uniqueness rule, String by) {
    assertThat(sendOne(unique(rule))).as("%s", rule).isEqualTo(held(by));
  }

  private void isFree(Uniqueness rule) {
    assertThat(sendOne(unique(rule))).as("%s", rule).isEqualTo(created());
  }

  // What a key is.

  @Test
  void a_second_job_of_a_key_is_answered_with_the_first_and_not_added() {
    for (Uniqueness rule : List.of(STARTED, FINISHED, WINDOW)) {
      String first = sendFirst(rule);
      isHeld(rule, first);
      isHeld(rule, first);
    }
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void a_key_belongs_to_its_type_its_rule_and_its_queue() {
    sendFirst(FINISHED);
    assertThat(sendOne(unique(Uniqueness.untilFinished("user:8")))).isEqualTo(created());
    assertThat(sendOne(unique(STARTED))).isEqualTo(created());
    assertThat(sendOne(unique(FINISHED, "other.job", bytes("{}")))).isEqualTo(created());
    QueueRef other = freshQueue();
    assertThat(enqueueAll(other, NO_BOUND, List.of(unique(FINISHED)))).containsExactly(created());
    assertThat(sendOne(unique(FINISHED)).verdict()).isEqualTo(Verdict.EXISTING_UNIQUE_KEY);
  }

  @Test
  void a_key_may_hold_colons_blanks_and_letters_of_any_script() {
    for (String key : List.of("a:b:c", "grüße, 你好 \"7\"", "%1\\", "-")) {
      for (Uniqueness rule :
          List.of(
              Uniqueness.untilStarted(key),
              Uniqueness.untilFinished(key),
              Uniqueness.forWindow(key, Duration.ofSeconds(1)))) {
        isHeld(rule, sendFirst(rule));
      }
    }
  }

  @Test
  void jobs_of_a_key_in_one_call_are_one_job() {
    for (Uniqueness rule : List.of(STARTED, FINISHED, WINDOW)) {
      NewJob first = unique(rule);
      assertThat(send(first, unique(rule), job(), unique(rule)))
          .containsExactly(created(), held(first.key()), created(), held(first.key()));
    }
  }

  @Test
  void a_refused_job_takes_no_key() {
    enqueue(2);
    for (Uniqueness rule : List.of(STARTED, FINISHED, WINDOW, THROTTLE)) {
      assertThat(enqueueAll(queue(), 2, List.of(unique(rule)))).containsExactly(full());
      isFree(rule);
    }
  }

  @Test
  void a_full_queue_still_answers_with_the_job_that_is_there() {
    String first = sendFirst(FINISHED);
    assertThat(enqueueAll(queue(), 1, List.of(unique(FINISHED)))).containsExactly(held(first));
  }

  @Test
  void a_delayed_job_holds_its_key_while_it_waits() {
    NewJob later =
        new NewJob(
            key(),
            TYPE,
            Priority.NORMAL,
            new Start(Duration.ofHours(1), null),
            null,
            STARTED,
            false,
            bytes("{}"));
    sendOne(later);
    isHeld(STARTED, later.key());
    advance(Duration.ofHours(1));
    isHeld(STARTED, later.key());
    assertThat(taker().claimOne().held().key()).isEqualTo(later.key());
    isFree(STARTED);
  }

  // Repeats.

  @Test
  void a_retry_of_a_unique_enqueue_finds_itself_and_not_an_existing_job() {
    for (Uniqueness rule : List.of(STARTED, FINISHED, WINDOW, THROTTLE)) {
      NewJob job = unique(rule);
      sendOne(job);
      assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
      Claim claim = taker().claimOne();
      assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
      taker().settle(claim, succeeded());
      assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
      assertThat(stats().ready()).isZero();
    }
  }

  @Test
  void an_idempotency_key_is_looked_at_first_and_taken_only_by_what_is_added() {
    NewJob first = with(unique(FINISHED), new Idempotency("a", KEEP), false);
    assertThat(sendOne(first)).isEqualTo(created());
    assertThat(sendOne(with(unique(FINISHED), new Idempotency("a", KEEP), false)))
        .isEqualTo(existingName(first.key()));
    assertThat(sendOne(with(unique(FINISHED), new Idempotency("b", KEEP), false)))
        .isEqualTo(held(first.key()));
    claimAndSettle(succeeded());
    assertThat(sendOne(with(unique(FINISHED), new Idempotency("b", KEEP), false)))
        .isEqualTo(created());
  }

  // Until started.

  @Test
  void a_key_until_started_is_free_from_the_first_claim_on() {
    String first = sendFirst(STARTED);
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(first);
    String second = sendFirst(STARTED);
    isHeld(STARTED, second);
    taker().settle(claim, succeeded());
    isHeld(STARTED, second);
  }

  @Test
  void a_job_that_was_started_never_takes_its_key_again() {
    for (Outcome outcome :
        List.of(
            retry(Duration.ZERO),
            new Outcome.Snoozed(Duration.ofMinutes(1)),
            new Outcome.Released())) {
      sendFirst(STARTED);
      claimAndSettle(outcome);
      String second = sendFirst(STARTED);
      isHeld(STARTED, second);
      engine().control().purge(queue());
    }
  }

  // Until finished.

  @Test
  void a_key_until_finished_is_held_through_every_return_to_the_queue() {
    String first = sendFirst(FINISHED);
    Claim claim = taker().claimOne();
    isHeld(FINISHED, first);
    taker().settle(claim, retry(Duration.ofSeconds(1)));
    isHeld(FINISHED, first);
    advance(Duration.ofSeconds(1));
    claimAndSettle(new Outcome.Snoozed(Duration.ofSeconds(1)));
    isHeld(FINISHED, first);
    advance(Duration.ofSeconds(1));
    claimAndSettle(new Outcome.Released());
    isHeld(FINISHED, first);
    claimAndSettle(new Outcome.Missed(Duration.ZERO));
    isHeld(FINISHED, first);
    claimAndSettle(succeeded());
    isFree(FINISHED);
  }

  @Test
  void a_key_until_finished_is_free_whichever_way_the_job_ends() {
    for (Outcome outcome :
        List.of(
            succeeded(),
            new Outcome.Succeeded(bytes("1")),
            buried(StateReason.EXHAUSTED),
            new Outcome.Buried(StateReason.BURIED, null),
            new Outcome.Discarded())) {
      sendFirst(FINISHED);
      claimAndSettle(outcome);
      sendFirst(FINISHED);
      claimAndSettle(succeeded());
    }
  }

  @Test
  void a_key_is_free_where_retention_keeps_nothing() {
    sendFirst(FINISHED);
    Claim claim = taker().retention(KEEP_NONE).claimOne();
    taker().settle(claim, succeeded());
    assertThat(engine().control().find(queue(), claim.held().key())).isEmpty();
    isFree(FINISHED);
  }

  @Test
  void many_keys_that_end_in_one_turn_are_free() {
    List<Uniqueness> rules =
        IntStream.range(0, 40).mapToObj(i -> Uniqueness.untilFinished("u" + i)).toList();
    rules.forEach(this::sendFirst);
    Settlement[] settlements =
        taker().claim(40).stream()
            .map(claim -> new Settlement(claim.held(), succeeded()))
            .toArray(Settlement[]::new);
    taker().turn(0, settlements);
    rules.forEach(this::isFree);
  }

  @Test
  void a_crash_returns_the_job_and_keeps_its_key_until_it_has_finished() {
    String first = sendFirst(FINISHED);
    assertThat(taker("crashing").claimOne().held().key()).isEqualTo(first);
    passReaping(TurnTaker.LEASE);
    assertThat(state(first)).isEqualTo(JobState.READY);
    isHeld(FINISHED, first);
    Claim claim = taker().claimOne();
    isHeld(FINISHED, first);
    taker().settle(claim, succeeded());
    isFree(FINISHED);
  }

  @Test
  void a_poisonous_job_frees_its_key() {
    String first = sendFirst(FINISHED);
    for (int i = 0; i < MAX_CRASHES; i++) {
      isHeld(FINISHED, first);
      taker("crashing" + i).claimOne();
      passReaping(TurnTaker.LEASE);
    }
    assertThat(state(first)).isEqualTo(JobState.DEAD);
    isFree(FINISHED);
  }

  @Test
  void cancel_delete_and_purge_free_a_key() {
    for (Uniqueness rule : List.of(STARTED, FINISHED)) {
      String cancelled = sendFirst(rule);
      engine().control().cancel(queue(), cancelled, Retention.STANDARD);
      String deleted = sendFirst(rule);
      engine().control().delete(queue(), deleted);
      sendFirst(rule);
      assertThat(engine().control().purge(queue())).isEqualTo(1);
      String running = sendFirst(rule);
      engine().control().cancel(queue(), running, Retention.STANDARD);
      isFree(rule);
      engine().control().purge(queue());
    }
  }

  @Test
  void a_running_job_keeps_its_key_until_its_cancel_is_done() {
    String first = sendFirst(FINISHED);
    Claim claim = taker().claimOne();
    engine().control().cancel(queue(), first, Retention.STANDARD);
    isHeld(FINISHED, first);
    taker().settle(claim, retry(Duration.ZERO));
    assertThat(state(first)).isEqualTo(JobState.CANCELLED);
    isFree(FINISHED);
  }

  @Test
  void an_ended_job_that_is_deleted_leaves_the_key_of_a_later_one() {
    String first = sendFirst(FINISHED);
    claimAndSettle(buried(StateReason.BURIED));
    String second = sendFirst(FINISHED);
    assertThat(engine().control().deleteDead(queue(), first)).isEqualTo(ActReply.DONE);
    isHeld(FINISHED, second);
  }

  @Test
  void a_redriven_job_holds_its_key_again() {
    String first = sendFirst(FINISHED);
    claimAndSettle(buried(StateReason.BURIED));
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.DONE);
    isHeld(FINISHED, first);
    claimAndSettle(succeeded());
    isFree(FINISHED);
  }

  @Test
  void a_dead_letter_stays_one_while_another_job_holds_its_key() {
    String first = sendFirst(FINISHED);
    claimAndSettle(buried(StateReason.BURIED));
    String second = sendFirst(FINISHED);
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.KEY_TAKEN);
    assertThat(state(first)).isEqualTo(JobState.DEAD);
    assertThat(claimAndSettle(succeeded()).held().key()).isEqualTo(second);
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.DONE);
  }

  @Test
  void a_dead_letter_of_another_rule_is_redriven_beside_a_later_job() {
    String first = sendFirst(STARTED);
    claimAndSettle(buried(StateReason.BURIED));
    String second = sendFirst(STARTED);
    assertThat(engine().control().redrive(queue(), first)).isEqualTo(ActReply.DONE);
    isHeld(STARTED, second);
  }

  // For a window.

  @Test
  void a_window_lasts_its_time_and_no_longer_whatever_becomes_of_the_job() {
    String first = sendFirst(WINDOW);
    claimAndSettle(succeeded());
    advance(Duration.ofMinutes(5).minusMillis(1));
    isHeld(WINDOW, first);
    advance(Duration.ofMillis(1));
    String second = sendFirst(WINDOW);
    isHeld(WINDOW, second);
  }

  @Test
  void a_deleted_job_takes_its_window_along() {
    String first = sendFirst(WINDOW);
    engine().control().delete(queue(), first);
    isFree(WINDOW);
  }

  @Test
  void a_purge_leaves_windows_as_they_are() {
    String first = sendFirst(WINDOW);
    engine().control().purge(queue());
    isHeld(WINDOW, first);
  }

  @Test
  void windows_are_swept_as_new_ones_come() {
    for (int i = 0; i < 30; i++) {
      sendFirst(Uniqueness.forWindow("old:" + i, Duration.ofSeconds(1)));
    }
    advance(Duration.ofSeconds(1));
    for (int i = 0; i < 30; i++) {
      Uniqueness fresh = Uniqueness.forWindow("new:" + i, Duration.ofSeconds(1));
      isHeld(fresh, sendFirst(fresh));
      isFree(Uniqueness.forWindow("old:" + i, Duration.ofSeconds(1)));
    }
  }

  // Throttle.

  @Test
  void a_throttle_lets_so_many_through_and_answers_with_the_last() {
    sendFirst(THROTTLE);
    sendFirst(THROTTLE);
    String third = sendFirst(THROTTLE);
    isHeld(THROTTLE, third);
    claimAll();
    isHeld(THROTTLE, third);
  }

  @Test
  void a_period_opens_with_its_first_job_and_not_with_a_later_one() {
    sendFirst(THROTTLE);
    advance(Duration.ofMinutes(4));
    sendFirst(THROTTLE);
    sendFirst(THROTTLE);
    advance(Duration.ofMinutes(1));
    for (int i = 0; i < 3; i++) {
      isFree(THROTTLE);
    }
    assertThat(sendOne(unique(THROTTLE)).verdict()).isEqualTo(Verdict.EXISTING_UNIQUE_KEY);
  }

  @Test
  void a_throttle_counts_within_one_call() {
    NewJob third = unique(THROTTLE);
    List<EnqueueReply> replies =
        send(unique(THROTTLE), unique(THROTTLE), third, unique(THROTTLE), unique(THROTTLE));
    assertThat(replies)
        .containsExactly(created(), created(), created(), held(third.key()), held(third.key()));
  }

  // Many at once.

  @Test
  void of_many_callers_at_once_one_adds_the_job() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      for (Uniqueness rule : List.of(STARTED, FINISHED, WINDOW, Uniqueness.keepLatest("user:7"))) {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<EnqueueReply>> futures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          NewJob job = unique(rule);
          futures.add(
              pool.submit(
                  () -> {
                    start.await();
                    return sendOne(job);
                  }));
        }
        start.countDown();
        List<EnqueueReply> replies = new ArrayList<>();
        for (Future<EnqueueReply> future : futures) {
          replies.add(future.get(10, TimeUnit.SECONDS));
        }
        assertThat(replies).filteredOn(created()::equals).hasSize(1);
        assertThat(replies.stream().map(EnqueueReply::existingKey).distinct()).hasSize(2);
      }
      assertThat(stats().ready()).isEqualTo(4);
    } finally {
      pool.shutdownNow();
    }
  }
}
