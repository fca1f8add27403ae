package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What can be seen of jobs: one by its key, pages of a state, and a queue in numbers. */
public abstract class LookContract extends EngineContract {
  private Page<StoredJob> page(JobState state, @Nullable String cursor, int size) {
    return engine().control().list(queue(), state, cursor, size);
  }

  /** All pages, each of which must be within its size. */
  private List<String> listed(JobState state, int size) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    int pages = 0;
    do {
      Page<StoredJob> page = page(state, cursor, size);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(size);
      assertThat(page.items()).allMatch(job -> job.state() == state);
      page.items().forEach(job -> keys.add(job.key()));
      cursor = page.next();
      assertThat(++pages).as("pages").isLessThan(1_000);
    } while (cursor != null);
    return keys;
  }

  private List<String> listed(JobState state) {
    return listed(state, 100);
  }

  private void cancel(String key) {
    engine().control().cancel(queue(), key, Retention.STANDARD);
  }

  // One job.

  @Test
  void a_job_that_was_never_there_is_not_found() {
    assertThat(engine().control().find(queue(), key())).isEmpty();
  }

  @Test
  void a_scheduled_job_shows_when_it_runs() {
    String key = enqueue(delayed(Duration.ofMinutes(5))).get(0);
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.runAt()).isEqualTo(now().plus(Duration.ofMinutes(5)));
    assertThat(job.keptUntil()).isNull();
    assertThat(job.consumer()).isNull();
    assertThat(job.counters()).isEqualTo(Counters.NONE);
  }

  @Test
  void an_active_job_shows_who_holds_it_and_since_when() {
    String key = enqueueOne();
    advance(Duration.ofSeconds(3));
    taker("w7").claimOne();
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.ACTIVE);
    assertThat(job.reason()).isEqualTo(StateReason.CLAIMED);
    assertThat(job.consumer()).isEqualTo("w7");
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.counters().claims()).isEqualTo(1);
    assertThat(job.runAt()).isNull();
    assertThat(job.cancelRequested()).isFalse();
  }

  @Test
  void a_succeeded_job_shows_its_result_until_when_it_is_kept_and_no_envelope() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Succeeded(bytes("{\"sum\":7}")));
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.reason()).isEqualTo(StateReason.COMPLETED);
    assertThat(text(job.result())).isEqualTo("{\"sum\":7}");
    assertThat(job.keptUntil()).isEqualTo(now().plus(Duration.ofHours(1)));
    assertThat(job.envelope()).isNull();
    assertThat(job.consumer()).isNull();
    assertThat(job.type()).isEqualTo(TYPE);
  }

  @Test
  void a_dead_job_shows_why_with_its_attempts_and_its_envelope() {
    String key = enqueueOne();
    claimAndSettle(buried(StateReason.NON_RETRIABLE));
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.DEAD);
    assertThat(job.reason()).isEqualTo(StateReason.NON_RETRIABLE);
    assertThat(job.keptUntil()).isEqualTo(now().plus(Duration.ofDays(90)));
    assertThat(text(job.envelope())).isEqualTo("{\"p\":1}");
    assertThat(history(key)).hasSize(1);
    assertThat(job.counters().failures()).isEqualTo(1);
  }

  @Test
  void a_cancelled_job_shows_that_it_was_cancelled() {
    String key = enqueueOne();
    advance(Duration.ofSeconds(3));
    cancel(key);
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
    assertThat(job.since()).isEqualTo(now());
    assertThat(job.keptUntil()).isEqualTo(now().plus(Duration.ofHours(1)));
    assertThat(job.type()).isEqualTo(TYPE);
  }

  @Test
  void a_job_that_waits_for_its_next_attempt_is_scheduled_with_its_reason() {
    String key = enqueueOne();
    claimAndSettle(retry(Duration.ofSeconds(30)));
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.SCHEDULED);
    assertThat(job.reason()).isEqualTo(StateReason.RETRY);
    assertThat(job.runAt()).isEqualTo(now().plusSeconds(30));
    assertThat(job.counters().failures()).isEqualTo(1);
  }

  // Pages.

  @Test
  void an_empty_state_has_one_empty_page() {
    for (JobState state : JobState.values()) {
      assertThat(page(state, null, 10)).isEqualTo(new Page<StoredJob>(List.of(), null));
    }
  }

  @Test
  void ready_jobs_are_listed_by_lane_and_then_in_order_over_pages() {
    List<String> low = enqueue(job(Priority.LOW), job(Priority.LOW));
    List<String> normal = enqueue(5);
    List<String> high = enqueue(job(Priority.HIGH), job(Priority.HIGH), job(Priority.HIGH));
    List<String> expected = new ArrayList<>(high);
    expected.addAll(normal);
    expected.addAll(low);
    for (int size : new int[] {1, 2, 3, 4, 9, 10, 11, 200}) {
      assertThat(listed(JobState.READY, size)).as("pages of %s", size).isEqualTo(expected);
    }
  }

  @Test
  void scheduled_jobs_are_listed_soonest_first_over_pages() {
    String third = enqueue(delayed(Duration.ofSeconds(30))).get(0);
    String first = enqueue(delayed(Duration.ofSeconds(10))).get(0);
    String second = enqueue(delayed(Duration.ofSeconds(20))).get(0);
    assertThat(listed(JobState.SCHEDULED, 2)).containsExactly(first, second, third);
    assertThat(listed(JobState.READY)).isEmpty();
  }

  @Test
  void active_jobs_are_listed_over_pages() {
    List<String> keys = enqueue(7);
    taker().claim(5);
    assertThat(listed(JobState.ACTIVE, 2)).containsExactlyInAnyOrderElementsOf(keys.subList(0, 5));
    assertThat(listed(JobState.READY)).isEqualTo(keys.subList(5, 7));
  }

  @Test
  void succeeded_and_cancelled_jobs_are_told_apart_latest_first() {
    List<String> keys = enqueue(8);
    for (int i = 0; i < 8; i++) {
      if (i % 2 == 0) {
        claimAndSettle(succeeded());
      } else {
        cancel(keys.get(i));
      }
      advance(Duration.ofMillis(1));
    }
    for (int size : new int[] {1, 3, 200}) {
      assertThat(listed(JobState.SUCCEEDED, size))
          .containsExactly(keys.get(6), keys.get(4), keys.get(2), keys.get(0));
      assertThat(listed(JobState.CANCELLED, size))
          .containsExactly(keys.get(7), keys.get(5), keys.get(3), keys.get(1));
    }
  }

  @Test
  void dead_jobs_are_listed_latest_first_with_their_envelopes() {
    List<String> keys = enqueue(3);
    for (int i = 0; i < 3; i++) {
      claimAndSettle(buried(StateReason.EXHAUSTED));
      advance(Duration.ofSeconds(1));
    }
    assertThat(listed(JobState.DEAD, 2)).containsExactly(keys.get(2), keys.get(1), keys.get(0));
    assertThat(page(JobState.DEAD, null, 10).items())
        .allSatisfy(job -> assertThat(text(job.envelope())).isEqualTo("{\"p\":1}"))
        .allSatisfy(job -> assertThat(job.attempts()).hasSize(1));
  }

  @Test
  void a_cancelled_or_moved_job_is_not_listed_as_ready() {
    List<String> keys = enqueue(4);
    cancel(keys.get(1));
    engine().control().reschedule(queue(), keys.get(2), now().plusSeconds(60));
    engine().control().prioritize(queue(), keys.get(3), Priority.HIGH);
    assertThat(listed(JobState.READY)).containsExactly(keys.get(3), keys.get(0));
    assertThat(stats().ready()).isEqualTo(2);
  }

  @Test
  void a_job_that_changed_lanes_there_and_back_is_listed_once() {
    List<String> keys = enqueue(3);
    engine().control().prioritize(queue(), keys.get(0), Priority.HIGH);
    engine().control().prioritize(queue(), keys.get(0), Priority.NORMAL);
    assertThat(listed(JobState.READY)).isEqualTo(keys);
    assertThat(stats().ready()).isEqualTo(3);
  }

  @Test
  void a_page_of_large_dead_letters_is_cut_and_goes_on() {
    byte[] large = new byte[256 * 1024];
    Arrays.fill(large, (byte) 'x');
    for (int i = 0; i < 10; i++) {
      enqueue(withEnvelope(job(), large));
      claimAndSettle(buried(StateReason.EXHAUSTED));
    }
    Page<StoredJob> first = page(JobState.DEAD, null, 200);
    assertThat(first.items()).hasSizeBetween(1, 4);
    assertThat(first.next()).isNotNull();
    assertThat(listed(JobState.DEAD, 200)).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void a_dead_letter_larger_than_a_page_is_a_page_of_its_own() {
    byte[] huge = new byte[3 << 20];
    List<String> keys = enqueue(job(), withEnvelope(job(), huge), job());
    for (int i = 0; i < 3; i++) {
      claimAndSettle(buried(StateReason.EXHAUSTED));
      advance(Duration.ofSeconds(1));
    }
    assertThat(listed(JobState.DEAD)).containsExactly(keys.get(2), keys.get(1), keys.get(0));
  }

  @Test
  void large_jobs_that_are_ready_are_listed_without_being_read() {
    byte[] large = new byte[256 * 1024];
    for (int i = 0; i < 10; i++) {
      enqueue(withEnvelope(job(), large));
    }
    assertThat(page(JobState.READY, null, 200).items()).hasSize(10);
  }

  @Test
  void a_page_size_or_a_cursor_out_of_range_is_refused() {
    for (int size : new int[] {-1, 0, 201}) {
      assertThatThrownBy(() -> page(JobState.READY, null, size))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String cursor : List.of("", "x", "-1", "1.5", "99999999999999999999")) {
      assertThatThrownBy(() -> page(JobState.READY, cursor, 10))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(page(JobState.READY, "1000000", 10).items()).isEmpty();
  }

  // Numbers.

  @Test
  void a_new_queue_counts_nothing() {
    assertThat(stats())
        .satisfies(
            stats -> {
              assertThat(stats.ready()).isZero();
              assertThat(stats.scheduled()).isZero();
              assertThat(stats.active()).isZero();
              assertThat(stats.done()).isZero();
              assertThat(stats.dead()).isZero();
              assertThat(stats.oldestReady()).isZero();
              assertThat(stats.nextDue()).isNull();
              assertThat(stats.paused()).isFalse();
            });
  }

  @Test
  void each_state_is_counted() {
    List<String> keys = enqueue(8);
    enqueue(delayed(Duration.ofMinutes(2)), delayed(Duration.ofMinutes(1)));
    List<Claim> claims = taker().claim(4);
    taker().settle(claims.get(0), succeeded());
    taker().settle(claims.get(1), buried(StateReason.EXHAUSTED));
    cancel(keys.get(7));
    engine().control().pause(queue(), true);

    assertThat(stats().ready()).isEqualTo(3);
    assertThat(stats().scheduled()).isEqualTo(2);
    assertThat(stats().active()).isEqualTo(2);
    assertThat(stats().done()).isEqualTo(2);
    assertThat(stats().dead()).isEqualTo(1);
    assertThat(stats().nextDue()).isEqualTo(now().plusSeconds(60));
    assertThat(stats().paused()).isTrue();
  }

  @Test
  void the_oldest_ready_job_is_the_one_that_waits_longest_in_any_lane() {
    enqueue(job(Priority.LOW));
    advance(Duration.ofSeconds(4));
    enqueue(job(Priority.HIGH));
    advance(Duration.ofSeconds(6));
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(10));
    taker().nextNumber(1).claimOne();
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(10));
    taker().claimOne();
    assertThat(stats().oldestReady()).isZero();
  }

  @Test
  void a_job_that_was_cancelled_makes_nothing_look_old() {
    String old = enqueueOne();
    advance(Duration.ofSeconds(10));
    String young = enqueueOne();
    advance(Duration.ofSeconds(1));
    cancel(old);
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(1));
    cancel(young);
    assertThat(stats().oldestReady()).isZero();
  }

  @Test
  void a_delayed_job_is_ready_since_it_was_due() {
    enqueue(delayed(Duration.ofSeconds(10)));
    advance(Duration.ofSeconds(13));
    taker().turn(0);
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void a_job_for_an_instant_is_ready_since_then() {
    enqueue(startingAt(now().plusSeconds(10)));
    advance(Duration.ofSeconds(13));
    taker().turn(0);
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void a_retried_job_is_ready_since_its_wait_was_over() {
    enqueueOne();
    claimAndSettle(retry(Duration.ofSeconds(10)));
    advance(Duration.ofSeconds(13));
    taker().turn(0);
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void a_redriven_job_is_ready_since_it_was_redriven() {
    String key = enqueueOne();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    advance(Duration.ofHours(1));
    engine().control().redrive(queue(), key);
    advance(Duration.ofSeconds(2));
    assertThat(stats().oldestReady()).isEqualTo(Duration.ofSeconds(2));
  }
}
