package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Retention;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Idempotency;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * How one job is made of one wish: by its id when an enqueue is repeated, and by its caller's own
 * name.
 */
public abstract class UniquenessContract extends SentJobs {
  // Once each.

  @Test
  void a_retry_of_a_key_that_is_there_gives_the_job_that_is_there() {
    NewJob job = job();
    sendOne(job);
    assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
    assertThat(stats().ready()).isEqualTo(1);
  }

  @Test
  void a_retry_of_a_key_that_never_arrived_creates_the_job() {
    NewJob job = retried(job());
    assertThat(sendOne(job)).isEqualTo(created());
    assertThat(claimAll()).containsExactly(job.key());
  }

  @Test
  void a_retry_is_answered_while_the_job_is_scheduled_active_and_ended() {
    NewJob later = delayed(Duration.ofMinutes(1));
    sendOne(later);
    assertThat(sendOne(retried(later))).isEqualTo(existingId(later.key()));

    NewJob job = job();
    sendOne(job);
    Claim claim = taker().claimOne();
    assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
    taker().settle(claim, succeeded());
    assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
    assertThat(stats().ready()).isZero();
  }

  @Test
  void the_same_key_twice_in_one_call_is_one_job() {
    NewJob job = retried(job());
    assertThat(send(job, job)).containsExactly(created(), existingId(job.key()));
    assertThat(claimAll()).containsExactly(job.key());
    assertThat(stats().ready()).isZero();
  }

  // A caller's own name for a job.

  @Test
  void a_second_job_of_the_same_name_gives_the_first() {
    NewJob first = named("welcome:7");
    sendOne(first);
    assertThat(sendOne(named("welcome:7"))).isEqualTo(existingName(first.key()));
    assertThat(sendOne(named("welcome:8"))).isEqualTo(created());
    assertThat(stats().ready()).isEqualTo(2);
  }

  @Test
  void a_name_is_free_once_its_time_is_over_and_not_before() {
    NewJob first = named("welcome:7");
    sendOne(first);
    advance(KEEP.minusMillis(1));
    assertThat(sendOne(named("welcome:7"))).isEqualTo(existingName(first.key()));
    advance(Duration.ofMillis(1));
    NewJob second = named("welcome:7");
    assertThat(sendOne(second)).isEqualTo(created());
    advance(KEEP.minusMillis(1));
    assertThat(sendOne(named("welcome:7"))).isEqualTo(existingName(second.key()));
  }

  @Test
  void names_in_one_call_are_told_apart() {
    NewJob first = named("a");
    NewJob other = named("b");
    assertThat(send(first, named("a"), other, named("a")))
        .containsExactly(
            created(), existingName(first.key()), created(), existingName(first.key()));
    assertThat(claimAll()).containsExactly(first.key(), other.key());
  }

  @Test
  void a_name_outlives_its_job() {
    NewJob first = named("welcome:7");
    sendOne(first);
    Claim claim = taker().retention(new Retention(Duration.ZERO, 0, KEEP, 10)).claimOne();
    taker().settle(claim, succeeded());
    assertThat(engine().control().find(queue(), first.key())).isEmpty();
    assertThat(sendOne(named("welcome:7"))).isEqualTo(existingName(first.key()));
  }

  @Test
  void a_retry_of_a_named_job_is_told_that_it_is_the_same_job() {
    NewJob job = named("welcome:7");
    sendOne(job);
    assertThat(sendOne(retried(job))).isEqualTo(existingId(job.key()));
  }

  private NewJob named(String name, @Nullable String payload, boolean samePayload) {
    return with(job(), new Idempotency(name, KEEP, payload, samePayload), false);
  }

  @Test
  void another_payload_under_a_name_is_a_conflict_for_those_who_ask() {
    NewJob first = named("charge:7", "00000000000000aa", true);
    sendOne(first);
    assertThat(sendOne(named("charge:7", "00000000000000bb", true)))
        .isEqualTo(new EnqueueReply(Verdict.CONFLICT, first.key()));
    assertThat(sendOne(named("charge:7", "00000000000000bb", false)))
        .isEqualTo(existingName(first.key()));
    assertThat(sendOne(named("charge:7", "00000000000000aa", true)))
        .isEqualTo(existingName(first.key()));
    assertThat(stats().ready()).isEqualTo(1);
  }

  @Test
  void a_payload_that_nobody_knows_is_the_same_as_any() {
    NewJob first = named("charge:7", null, true);
    sendOne(first);
    assertThat(sendOne(named("charge:7", "00000000000000bb", true)))
        .isEqualTo(existingName(first.key()));
    NewJob other = named("charge:8", "00000000000000aa", false);
    sendOne(other);
    assertThat(sendOne(named("charge:8", null, true))).isEqualTo(existingName(other.key()));
  }

  @Test
  void payloads_under_a_name_are_told_apart_within_one_call() {
    NewJob first = named("charge:7", "00000000000000aa", true);
    assertThat(send(first, named("charge:7", "00000000000000bb", true)))
        .containsExactly(created(), new EnqueueReply(Verdict.CONFLICT, first.key()));
  }

  @Test
  void a_retry_is_no_conflict_with_itself() {
    NewJob first = named("charge:7", "00000000000000aa", true);
    sendOne(first);
    assertThat(sendOne(retried(first))).isEqualTo(existingId(first.key()));
  }

  @Test
  void a_name_of_a_refused_job_stays_free() {
    enqueue(2);
    NewJob refused = named("welcome:7");
    assertThat(enqueueAll(queue(), 2, List.of(refused))).containsExactly(full());
    assertThat(sendOne(named("welcome:7"))).isEqualTo(created());
  }

  @Test
  void names_of_one_queue_say_nothing_to_another() {
    sendOne(named("welcome:7"));
    QueueRef other = freshQueue();
    assertThat(enqueueAll(other, NO_BOUND, List.of(named("welcome:7")))).containsExactly(created());
  }

  @Test
  void a_name_may_hold_blanks_and_letters_of_any_script() {
    NewJob first = named("grüße, 你好 \"7\"");
    sendOne(first);
    assertThat(sendOne(named("grüße, 你好 \"7\""))).isEqualTo(existingName(first.key()));
  }

  @Test
  void many_names_are_swept_as_new_ones_come() {
    for (int i = 0; i < 50; i++) {
      sendOne(named("old:" + i));
    }
    advance(KEEP);
    for (int i = 0; i < 50; i++) {
      assertThat(sendOne(named("new:" + i))).isEqualTo(created());
    }
    for (int i = 0; i < 50; i++) {
      assertThat(sendOne(named("new:" + i)).verdict()).isEqualTo(Verdict.EXISTING_IDEMPOTENCY_KEY);
      assertThat(sendOne(named("old:" + i))).isEqualTo(created());
    }
  }
}
