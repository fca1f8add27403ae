package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How jobs are claimed: how many, by whom, and what a claim tells. */
public abstract class ClaimContract extends EngineContract {
  private List<String> claimed(int room) {
    return keysOf(taker().claim(room));
  }

  // How many.

  @Test
  void no_more_than_the_room_is_claimed() {
    enqueue(10);

    TurnReply reply = taker().turn(4);

    assertThat(reply.claims()).hasSize(4);
    assertThat(reply.more()).isFalse();
    assertThat(stats().ready()).isEqualTo(6);
    assertThat(stats().active()).isEqualTo(4);
  }

  @Test
  void a_turn_without_room_claims_nothing() {
    enqueue(3);

    TurnReply reply = taker().turn(0);

    assertThat(reply.claims()).isEmpty();
    assertThat(reply.more()).isFalse();
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void an_empty_queue_gives_nothing() {
    TurnReply reply = taker().turn(5);

    assertThat(reply.stale()).isFalse();
    assertThat(reply.claims()).isEmpty();
    assertThat(reply.more()).isFalse();
    assertThat(reply.paused()).isFalse();
    assertThat(reply.nextDue()).isNull();
  }

  @Test
  void a_turn_claims_a_hundred_at_most_and_tells_that_there_is_more() {
    List<String> keys = enqueue(120);

    TurnReply first = taker().turn(128);
    assertThat(keysOf(first.claims())).isEqualTo(keys.subList(0, 100));
    assertThat(first.more()).isTrue();

    TurnReply second = taker().turn(28);
    assertThat(keysOf(second.claims())).isEqualTo(keys.subList(100, 120));
    assertThat(second.more()).isFalse();
  }

  @Test
  void a_turn_claims_one_mebibyte_at_most_and_tells_that_there_is_more() {
    byte[] big = new byte[300 * 1024];
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      keys.addAll(enqueue(withEnvelope(job(), big)));
    }

    TurnReply first = taker().turn(10);
    assertThat(keysOf(first.claims())).isEqualTo(keys.subList(0, 3));
    assertThat(first.more()).isTrue();
    assertThat(keysOf(taker().turn(7).claims())).isEqualTo(keys.subList(3, 5));
  }

  @Test
  void a_job_larger_than_a_turn_is_claimed_alone() {
    byte[] huge = new byte[(1 << 20) + 5_000];
    String first = enqueue(withEnvelope(job(), huge)).get(0);
    String second = enqueue(withEnvelope(job(), huge)).get(0);

    TurnReply reply = taker().turn(10);
    assertThat(keysOf(reply.claims())).containsExactly(first);
    assertThat(reply.more()).isTrue();
    assertThat(claimed(10)).containsExactly(second);
  }

  @Test
  void two_consumers_never_claim_the_same_job() {
    List<String> keys = enqueue(40);
    List<String> claimed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      claimed.addAll(keysOf(taker("w" + i % 2).claim(5)));
    }
    assertThat(claimed).hasSize(40).containsExactlyElementsOf(keys).doesNotHaveDuplicates();
  }

  @Test
  void partitions_of_a_queue_are_apart() {
    enqueueOne();
    QueueRef other = new QueueRef(queue().name(), 1);
    engine().claiming().open(other);

    assertThat(newTaker(other, "w1").claim(5)).isEmpty();
    assertThat(claimed(5)).hasSize(1);
  }

  // What a claim tells.

  @Test
  void the_envelope_comes_back_byte_for_byte() {
    byte[] envelope = new byte[70_000];
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < envelope.length; i++) {
      envelope[i] = (byte) random.nextInt();
    }
    byte[] traps = {0, '\n', '\r', '\t', '\n', (byte) 0xff, (byte) 0xc3, 0};
    System.arraycopy(traps, 0, envelope, 0, traps.length);
    enqueue(withEnvelope(job(), envelope), withEnvelope(job(), new byte[0]));

    List<Claim> claims = taker().claim(2);
    assertThat(claims.get(0).envelope()).isEqualTo(envelope);
    assertThat(claims.get(1).envelope()).isEmpty();
    assertThat(stored(claims.get(0).held().key()).envelope()).isEqualTo(envelope);
  }

  @Test
  void a_claim_tells_type_lane_and_counters_with_this_claim_counted() {
    String key = enqueue(job(Priority.LOW)).get(0);

    Claim first = taker().claimOne();
    assertThat(first.held().key()).isEqualTo(key);
    assertThat(first.type()).isEqualTo(TYPE);
    assertThat(first.priority()).isEqualTo(Priority.LOW);
    assertThat(first.suspect()).isFalse();
    assertThat(first.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(first.checkpoint()).isNull();
    assertThat(first.missedFor()).isZero();

    taker().settle(first, retry(Duration.ZERO));
    Claim second = taker().claimOne();
    assertThat(second.counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
    assertThat(second.counters().nextAttempt()).isEqualTo(2);
  }

  @Test
  void a_claimed_job_is_shown_as_active_with_its_consumer() {
    String key = enqueueOne();
    advance(Duration.ofSeconds(3));
    taker("w7").claimOne();

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.ACTIVE);
    assertThat(job.reason()).isEqualTo(StateReason.CLAIMED);
    assertThat(job.consumer()).isEqualTo("w7");
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.cancelRequested()).isFalse();
  }

  @Test
  void tokens_rise_with_every_claim_and_no_nonce_comes_twice_for_a_number() {
    enqueue(20);
    List<Claim> claims = new ArrayList<>(taker("w1").claim(10));
    claims.addAll(taker("w2").claim(10));
    claims.forEach(claim -> taker("w3").settle(claim, retry(Duration.ZERO)));
    claims.addAll(taker("w2").claim(10));
    advance(Duration.ofDays(1));
    claims.addAll(taker("w1").claim(10));

    List<Long> numbers = claims.stream().map(claim -> claim.held().token().number()).toList();
    assertThat(numbers).hasSize(40).isSorted().doesNotHaveDuplicates();
    assertThat(claims)
        .allSatisfy(claim -> assertThat(claim.held().token().nonce()).matches("[0-9a-f]{16}"));
  }

  @Test
  void tokens_rise_even_when_the_clock_steps_back() {
    enqueue(2);
    long before = taker().claimOne().held().token().number();
    advance(Duration.ofHours(-2));

    assertThat(taker().claimOne().held().token().number()).isGreaterThan(before);
  }

  @Test
  void waited_counts_from_the_enqueue_of_a_job_for_now() {
    enqueueOne();
    advance(Duration.ofSeconds(7));

    assertThat(taker().claimOne().waited()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void waited_counts_from_the_due_time_of_a_delayed_job() {
    enqueue(delayed(Duration.ofSeconds(10)));
    enqueue(startingAt(now().plusSeconds(10)));
    advance(Duration.ofSeconds(13));

    assertThat(taker().claim(2))
        .extracting(Claim::waited)
        .containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(3));
  }

  @Test
  void waited_counts_from_the_enqueue_of_a_job_whose_instant_was_past() {
    enqueue(startingAt(now().minus(Duration.ofDays(400))));
    advance(Duration.ofSeconds(2));

    assertThat(taker().claimOne().waited()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void waited_counts_from_the_due_time_of_a_retry_and_from_now_after_a_release() {
    enqueueOne();
    claimAndSettle(retry(Duration.ofSeconds(10)));
    advance(Duration.ofSeconds(11));
    Claim retried = taker().claimOne();
    assertThat(retried.waited()).isEqualTo(Duration.ofSeconds(1));

    taker().settle(retried, new Outcome.Released());
    advance(Duration.ofSeconds(2));
    assertThat(taker().claimOne().waited()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void a_checkpoint_is_handed_to_the_next_claim() {
    enqueueOne();
    Claim first = taker().claimOne();
    Note note = new Note(null, null, bytes("{\"row\":17}"));
    assertThat(await(engine().claiming().note(queue(), first.held(), note))).isTrue();
    taker().settle(first, retry(Duration.ZERO));

    assertThat(text(taker().claimOne().checkpoint())).isEqualTo("{\"row\":17}");
  }

  // Passed over.

  @Test
  void a_cancelled_job_in_a_lane_is_passed_over() {
    List<String> keys = enqueue(5);
    engine().control().cancel(queue(), keys.get(0), Retention.STANDARD);
    engine().control().cancel(queue(), keys.get(3), Retention.STANDARD);

    assertThat(claimed(5)).containsExactly(keys.get(1), keys.get(2), keys.get(4));
    assertThat(stats().ready()).isZero();
  }

  @Test
  void a_job_moved_to_another_lane_is_claimed_once_and_there() {
    List<String> keys = enqueue(3);
    engine().control().prioritize(queue(), keys.get(2), Priority.HIGH);

    assertThat(claimed(1)).containsExactly(keys.get(2));
    assertThat(claimed(5)).containsExactly(keys.get(0), keys.get(1));
    assertThat(claimed(5)).isEmpty();
  }

  @Test
  void a_job_moved_to_and_fro_is_claimed_once() {
    List<String> keys = enqueue(2);
    for (int i = 0; i < 3; i++) {
      engine().control().prioritize(queue(), keys.get(0), Priority.HIGH);
      engine().control().prioritize(queue(), keys.get(0), Priority.LOW);
      engine().control().prioritize(queue(), keys.get(0), Priority.NORMAL);
    }
    assertThat(stats().ready()).isEqualTo(2);

    assertThat(claimed(5)).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(claimed(5)).isEmpty();
    assertThat(stats().ready()).isZero();
  }

  @Test
  void hundreds_of_cancelled_jobs_at_the_head_do_not_hide_the_one_behind() {
    List<String> keys = enqueue(450);
    keys.subList(0, 449)
        .forEach(key -> engine().control().cancel(queue(), key, Retention.STANDARD));

    List<String> claimed = new ArrayList<>();
    boolean more = true;
    for (int turn = 0; more && turn < 10; turn++) {
      TurnReply reply = taker().turn(1);
      claimed.addAll(keysOf(reply.claims()));
      more = reply.more();
    }
    assertThat(claimed).containsExactly(keys.get(449));
  }

  // Many at once.

  @Test
  void concurrent_consumers_share_out_all_jobs_without_overlap() throws Exception {
    List<String> keys = enqueue(400);
    List<Thread> threads = new ArrayList<>();
    List<String> claimed = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      TurnTaker own = newTaker(queue(), "t" + i);
      threads.add(
          new Thread(
              () -> {
                List<Claim> claims = own.claim(9);
                while (!claims.isEmpty()) {
                  claimed.addAll(keysOf(claims));
                  claims = own.claim(9);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(30).toMillis());
    }
    assertThat(claimed).hasSize(400);
    assertThat(new HashSet<>(claimed)).isEqualTo(new HashSet<>(keys));
  }

  @Test
  void a_job_enqueued_for_the_past_is_ready_at_once() {
    String key = enqueue(startingAt(Instant.EPOCH)).get(0);

    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(claimed(1)).containsExactly(key);
  }
}
