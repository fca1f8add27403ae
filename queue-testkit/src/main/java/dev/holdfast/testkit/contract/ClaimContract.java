package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
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

/** How jobs are taken: in which order, how many, when, and what a repeated turn gives. */
public abstract class ClaimContract extends EngineContract {
  private static final Duration TERM = Duration.ofSeconds(4);

  private List<String> claimed(int room) {
    return keysOf(taker().claim(room));
  }

  // Order.

  @Test
  void jobs_of_a_lane_are_claimed_in_the_order_they_were_enqueued() {
    List<String> keys = enqueue(30);

    List<String> claimed = new ArrayList<>(claimed(7));
    claimed.addAll(claimed(23));
    assertThat(claimed).isEqualTo(keys);
  }

  @Test
  void a_higher_lane_is_claimed_first() {
    NewJob low = job(Priority.LOW);
    NewJob normal = job(Priority.NORMAL);
    NewJob high = job(Priority.HIGH);
    enqueue(low, normal, high);

    assertThat(claimed(3)).containsExactly(high.key(), normal.key(), low.key());
  }

  @Test
  void every_fourth_turn_starts_at_normal_and_every_sixteenth_at_low() {
    for (int i = 0; i < 20; i++) {
      enqueue(job(Priority.HIGH), job(Priority.NORMAL), job(Priority.LOW));
    }

    List<Priority> order = new ArrayList<>();
    for (int turn = 1; turn <= 17; turn++) {
      order.add(taker().claimOne().priority());
    }
    for (int turn = 1; turn <= 17; turn++) {
      Priority expected =
          turn == 16 ? Priority.LOW : turn % 4 == 0 ? Priority.NORMAL : Priority.HIGH;
      assertThat(order.get(turn - 1)).as("turn %s", turn).isEqualTo(expected);
    }
  }

  @Test
  void a_lane_that_would_starve_is_served_while_higher_ones_stay_full() {
    String low = enqueue(job(Priority.LOW)).get(0);
    boolean served = false;
    for (int turn = 1; turn <= 16 && !served; turn++) {
      enqueue(job(Priority.HIGH), job(Priority.NORMAL));
      served = claimed(1).contains(low);
    }
    assertThat(served).isTrue();
  }

  @Test
  void a_turn_that_starts_at_a_lower_lane_fills_its_room_from_the_others() {
    NewJob high = job(Priority.HIGH);
    NewJob normal = job(Priority.NORMAL);
    enqueue(high, normal);

    taker().nextNumber(4);
    assertThat(claimed(5)).containsExactly(normal.key(), high.key());
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

  // Pausing and skipping.

  @Test
  void a_paused_queue_gives_nothing_until_it_is_resumed() {
    enqueue(3);
    engine().control().pause(queue(), true);

    TurnReply paused = taker().turn(5);
    assertThat(paused.claims()).isEmpty();
    assertThat(paused.paused()).isTrue();
    assertThat(paused.more()).isFalse();

    engine().control().pause(queue(), false);
    TurnReply resumed = taker().turn(5);
    assertThat(resumed.claims()).hasSize(3);
    assertThat(resumed.paused()).isFalse();
  }

  @Test
  void a_paused_queue_takes_outcomes() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    engine().control().pause(queue(), true);

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

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

  // Due times and the watch.

  @Test
  void a_delayed_job_is_claimed_at_its_instant_and_not_a_millisecond_before() {
    String delayed = enqueue(delayed(Duration.ofSeconds(10))).get(0);
    String instant = enqueue(startingAt(now().plusSeconds(10))).get(0);

    advance(Duration.ofMillis(9_999));
    assertThat(claimed(5)).isEmpty();
    assertThat(state(delayed)).isEqualTo(JobState.SCHEDULED);
    advance(Duration.ofMillis(1));
    assertThat(claimed(5)).containsExactlyInAnyOrder(delayed, instant);
  }

  @Test
  void due_jobs_are_claimed_in_the_order_they_were_due() {
    List<NewJob> jobs = new ArrayList<>();
    for (int seconds : new int[] {9, 3, 7, 1, 5}) {
      jobs.add(delayed(Duration.ofSeconds(seconds)));
    }
    enqueue(jobs.toArray(NewJob[]::new));
    advance(Duration.ofSeconds(20));

    assertThat(claimed(5))
        .containsExactly(
            jobs.get(3).key(),
            jobs.get(1).key(),
            jobs.get(4).key(),
            jobs.get(2).key(),
            jobs.get(0).key());
  }

  @Test
  void a_due_job_goes_behind_those_that_are_ready_and_into_its_own_lane() {
    NewJob dueHigh = job(Priority.HIGH, new Start(Duration.ofSeconds(1), null));
    NewJob dueNormal = delayed(Duration.ofSeconds(1));
    NewJob ready = job();
    enqueue(dueNormal, dueHigh, ready);
    advance(Duration.ofSeconds(2));

    assertThat(claimed(5)).containsExactly(dueHigh.key(), ready.key(), dueNormal.key());
  }

  @Test
  void more_due_jobs_than_a_turn_takes_are_promised_and_come_with_the_next() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      keys.addAll(enqueue(delayed(Duration.ofSeconds(5))));
    }
    advance(Duration.ofSeconds(5));

    List<String> claimed = new ArrayList<>();
    TurnReply reply;
    do {
      reply = taker().turn(128);
      claimed.addAll(keysOf(reply.claims()));
    } while (reply.more());
    assertThat(claimed).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void a_turn_without_room_promotes_due_jobs_for_others() {
    String key = enqueue(delayed(Duration.ofSeconds(5))).get(0);
    advance(Duration.ofSeconds(5));
    taker().turn(0);

    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(keysOf(taker("w2").claim(1))).containsExactly(key);
  }

  @Test
  void one_consumer_holds_the_watch_and_learns_when_the_next_job_is_due() {
    enqueue(delayed(Duration.ofMillis(1_500)));

    assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    advance(Duration.ofMillis(500));
    assertThat(taker("w1").turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
    assertThat(taker("w2").turn(1).nextDue()).isNull();
  }

  @Test
  void a_consumer_that_asks_for_no_watch_gets_none() {
    enqueue(delayed(Duration.ofSeconds(1)));

    assertThat(taker("w1").turn(1).nextDue()).isNull();
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void the_watch_of_a_silent_consumer_is_taken_over_after_its_term() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);

    advance(TERM.minusMillis(1));
    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    advance(Duration.ofMillis(1));
    assertThat(taker("w2").turn(1).nextDue()).isEqualTo(Duration.ofMinutes(1).minus(TERM));
    assertThat(taker("w1").turn(1).nextDue()).isNull();
  }

  @Test
  void turns_of_its_keeper_keep_the_watch_beyond_the_first_term() {
    enqueue(delayed(Duration.ofMinutes(1)));
    for (int i = 0; i < 10; i++) {
      assertThat(taker("w1").watchTerm(TERM).turn(1).nextDue()).isNotNull();
      advance(TERM.dividedBy(2));
      assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
    }
  }

  @Test
  void a_due_time_earlier_than_the_keeper_knows_is_told_to_whoever_asks_first() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    enqueue(delayed(Duration.ofSeconds(1)));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(1));
    assertThat(taker("w1").turn(1).nextDue()).isNull();
  }

  @Test
  void a_keeper_that_leaves_frees_the_watch() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    engine().claiming().leave(queue(), "w1");

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void another_consumer_that_leaves_does_not_free_the_watch() {
    enqueue(delayed(Duration.ofMinutes(1)));
    taker("w1").watchTerm(TERM).turn(1);
    engine().claiming().leave(queue(), "w2");

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isNull();
  }

  @Test
  void the_watch_told_before_a_clock_stepped_back_does_not_hold_for_ever() {
    enqueue(delayed(Duration.ofDays(2)));
    taker("w1").watchTerm(TERM).turn(1);
    advance(Duration.ofDays(-1));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofDays(3));
  }

  @Test
  void the_watch_told_before_a_clock_stepped_back_ends_soon_however_small_the_step() {
    enqueue(delayed(Duration.ofMinutes(2)));
    taker("w1").watchTerm(TERM).turn(1);
    advance(Duration.ofSeconds(-30));

    assertThat(taker("w2").watchTerm(TERM).turn(1).nextDue()).isEqualTo(Duration.ofSeconds(150));
  }

  @Test
  void the_watch_tells_how_long_it_is_to_the_last_instant_that_can_be_stored() {
    Instant far = Instant.parse("9999-12-31T23:59:59.999Z");
    enqueue(startingAt(far));

    // A Lua number holds microseconds of that size to the nearest 32 only.
    assertThat(taker().watchTerm(TERM).turn(1).nextDue())
        .isCloseTo(Duration.between(now(), far), Duration.ofMillis(1));
  }

  // Repeats.

  @Test
  void a_repeated_turn_gives_the_jobs_of_the_lost_answer_and_claims_no_other() {
    List<String> keys = enqueue(5);
    List<Claim> lost = taker().claim(2);

    TurnReply repeated = taker().repeat(List.of(), 2);

    assertThat(keysOf(repeated.claims())).isEqualTo(keys.subList(0, 2));
    assertThat(repeated.claims().get(0).held()).isEqualTo(lost.get(0).held());
    assertThat(repeated.claims().get(0).counters().claims()).isEqualTo(1);
    assertThat(repeated.claims().get(0).envelope()).isEqualTo(lost.get(0).envelope());
    assertThat(repeated.claims().get(0).waited()).isEqualTo(lost.get(0).waited());
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void a_repeated_turn_gives_what_its_number_claimed_and_what_the_consumer_does_not_name() {
    List<String> keys = enqueue(4);
    taker().claim(2);
    taker().claim(2);

    assertThat(keysOf(taker().repeat(keys.subList(0, 2), 2).claims()))
        .isEqualTo(keys.subList(2, 4));
    assertThat(keysOf(taker().repeat(List.of(), 2).claims())).isEqualTo(keys);
  }

  @Test
  void a_repeated_turn_that_claimed_nothing_gives_nothing_of_what_is_named() {
    List<String> keys = enqueue(2);
    taker().claim(2);
    taker().turn(0);

    assertThat(taker().repeat(keys, 0).claims()).isEmpty();
  }

  @Test
  void a_repeated_turn_tells_a_suspect_and_a_checkpoint_again() {
    enqueueOne();
    for (int i = 0; i < 2; i++) {
      Claim claim = taker().claimOne();
      Note note = new Note(null, null, bytes("17"));
      assertThat(await(engine().claiming().note(queue(), claim.held(), note))).isTrue();
      passReaping(TurnTaker.LEASE);
    }
    Claim lost = taker().claimOne();
    assertThat(lost.suspect()).isTrue();

    Claim again = taker().repeat(List.of(), 1).claims().get(0);
    assertThat(again.suspect()).isTrue();
    assertThat(text(again.checkpoint())).isEqualTo("17");
  }

  @Test
  void a_repeated_turn_gives_a_job_once_that_its_consumer_lost_and_claimed_again() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    taker().claimOne();

    assertThat(keysOf(taker().repeat(List.of(), 1).claims())).containsExactly(key);
  }

  @Test
  void a_repeated_turn_gives_a_job_that_the_lost_one_settled_and_claimed_again() {
    String key = enqueueOne();
    Claim first = taker().claimOne();
    Settlement settlement = new Settlement(first.held(), retry(Duration.ZERO));
    List<Claim> lost = taker().turn(1, settlement).claims();
    assertThat(keysOf(lost)).containsExactly(key);

    List<Claim> again = taker().repeat(List.of(key), 1, settlement).claims();
    assertThat(again).extracting(Claim::held).containsExactly(lost.get(0).held());
    assertThat(counters(key).failures()).isEqualTo(1);
  }

  @Test
  void a_repeated_turn_gives_a_job_claimed_again_that_is_named_for_a_claim_that_was_reaped() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    Claim lost = taker().claimOne();

    assertThat(taker().repeat(List.of(key), 1).claims())
        .extracting(Claim::held)
        .containsExactly(lost.held());
  }

  @Test
  void a_repeated_turn_does_not_give_what_was_settled_or_reaped_meanwhile() {
    enqueue(3);
    List<Claim> claims = taker().claim(3);
    taker("w2").settle(claims.get(0), succeeded());
    taker("w2").settle(claims.get(1), retry(Duration.ZERO));
    taker("w2").claimOne();

    assertThat(keysOf(taker().repeat(List.of(), 3).claims()))
        .containsExactly(claims.get(2).held().key());
  }

  @Test
  void a_repeated_turn_repeats_its_outcomes() {
    List<String> keys = enqueue(2);
    List<Claim> claims = taker().claim(2);
    Settlement[] settlements = {
      new Settlement(claims.get(0).held(), succeeded()),
      new Settlement(claims.get(1).held(), retry(Duration.ofSeconds(9)))
    };
    assertThat(taker().turn(0, settlements).settled()).containsExactly(Settled.DONE, Settled.DONE);

    assertThat(taker().repeat(keys, 0, settlements).settled())
        .containsExactly(Settled.ALREADY, Settled.ALREADY);
    assertThat(counters(keys.get(1)).failures()).isEqualTo(1);
  }

  @Test
  void a_repeat_the_engine_has_not_seen_is_a_turn_like_any_other() {
    List<String> keys = enqueue(2);

    TurnReply reply = taker().send(1, true, List.of(), 2);
    assertThat(keysOf(reply.claims())).isEqualTo(keys);
  }

  @Test
  void a_turn_with_a_lower_number_is_stale_and_does_nothing() {
    List<String> keys = enqueue(3);
    Claim claim = taker().claimOne();
    taker().turn(0);

    TurnReply stale =
        taker().send(1, false, List.of(), 5, new Settlement(claim.held(), succeeded()));

    assertThat(stale.stale()).isTrue();
    assertThat(stale.claims()).isEmpty();
    assertThat(stale.settled()).isEmpty();
    assertThat(state(keys.get(0))).isEqualTo(JobState.ACTIVE);
    assertThat(stats().ready()).isEqualTo(2);
  }

  @Test
  void numbers_of_consumers_are_apart() {
    enqueue(2);
    taker("w1").nextNumber(50).claimOne();

    assertThat(taker("w2").claim(1)).hasSize(1);
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
