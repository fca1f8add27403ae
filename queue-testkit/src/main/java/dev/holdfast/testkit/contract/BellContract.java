package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who is woken, and when: a bell rings for new work, a new earliest due time and a resume, and
 * holds one token.
 */
public abstract class BellContract extends EngineContract {
  /** Long enough for a token to be seen, short enough to wait for none. */
  private static final Duration SOON = Duration.ofMillis(60);

  /** What must ring ends the wait; a busy machine takes its time. */
  private static final Duration IN_TIME = Duration.ofSeconds(3);

  private @Nullable Bells bells;

  @BeforeEach
  final void openBells() {
    bells = engine().openBells("w1");
  }

  @AfterEach
  final void closeBells() {
    bells().close();
  }

  private Bells bells() {
    return Objects.requireNonNull(bells);
  }

  private Optional<QueueRef> rung() {
    return bells().await(Set.of(queue()), SOON);
  }

  private void assertRings() {
    assertThat(bells().await(Set.of(queue()), IN_TIME)).contains(queue());
    assertThat(rung()).isEmpty();
  }

  @Test
  void a_new_queue_is_silent() {
    assertThat(rung()).isEmpty();
  }

  @Test
  void a_new_job_rings_once_however_many_there_are() {
    enqueue(50);
    enqueueOne();
    assertRings();
  }

  @Test
  void a_new_earliest_due_time_rings_and_a_later_one_does_not() {
    enqueue(delayed(Duration.ofMinutes(5)));
    assertRings();
    enqueue(delayed(Duration.ofMinutes(6)));
    assertThat(rung()).isEmpty();
    enqueue(delayed(Duration.ofMinutes(4)));
    assertRings();
  }

  @Test
  void an_earlier_time_of_a_waiting_job_rings() {
    String key = enqueue(delayed(Duration.ofMinutes(5))).get(0);
    assertRings();
    engine().control().reschedule(queue(), key, now().plusSeconds(60));
    assertRings();
    engine().control().runNow(queue(), key);
    assertRings();
  }

  @Test
  void a_lane_change_rings() {
    String key = enqueueOne();
    assertRings();
    engine().control().prioritize(queue(), key, Priority.HIGH);
    assertRings();
  }

  @Test
  void a_redrive_rings() {
    String key = enqueueOne();
    assertRings();
    claimAndSettle(buried(StateReason.EXHAUSTED));
    assertThat(rung()).isEmpty();
    engine().control().redrive(queue(), key);
    assertRings();
  }

  @Test
  void a_paused_queue_is_silent_and_rings_when_it_is_resumed() {
    engine().control().pause(queue(), true);
    String key = enqueueOne();
    engine().control().prioritize(queue(), key, Priority.HIGH);
    assertThat(rung()).isEmpty();
    engine().control().pause(queue(), false);
    assertRings();
  }

  @Test
  void a_token_that_was_put_back_rings_again() {
    enqueueOne();
    assertThat(bells().await(Set.of(queue()), IN_TIME)).contains(queue());
    bells().ring(queue());
    bells().ring(queue());
    assertRings();
  }

  @Test
  void a_consumer_that_leaves_rings() {
    engine().claiming().leave(queue(), "w1");
    assertRings();
  }

  @Test
  void a_turn_that_leaves_work_wakes_another_and_one_that_found_none_does_not() {
    enqueue(2);
    assertRings();
    taker().claimOne();
    assertRings();
    taker().claimOne();
    assertThat(rung()).isEmpty();
    taker().claim(1);
    assertThat(rung()).isEmpty();
  }

  @Test
  void the_queue_that_rang_is_named() {
    QueueRef other = freshQueue();
    enqueueAll(other, 10, List.of(job()));
    assertThat(bells().await(Set.of(queue(), other), SOON)).contains(other);
    assertThat(bells().await(Set.of(queue()), SOON)).isEmpty();
  }

  @Test
  void a_waiting_worker_is_woken_by_a_new_job() throws Exception {
    CompletableFuture<Optional<QueueRef>> woken =
        CompletableFuture.supplyAsync(() -> bells().await(Set.of(queue()), Duration.ofSeconds(20)));
    enqueueOne();
    assertThat(woken.get(10, TimeUnit.SECONDS)).contains(queue());
  }

  @Test
  void a_waiting_worker_can_be_woken_by_another_thread() throws Exception {
    rung(); // the connection is open
    CompletableFuture<Optional<QueueRef>> woken =
        CompletableFuture.supplyAsync(() -> bells().await(Set.of(queue()), Duration.ofSeconds(20)));
    // Unblocking is best effort: it does nothing if the wait has not begun.
    for (int i = 0; i < 200 && !woken.isDone(); i++) {
      bells().unblock();
      try {
        woken.get(50, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        // once more
      }
    }
    assertThat(woken).isDone();
    assertThat(woken.join()).isEmpty();
  }

  @Test
  void bells_can_be_closed_twice_and_used_by_others_still() {
    Bells second = engine().openBells("w2");
    second.close();
    second.close();
    enqueueOne();
    assertRings();
  }
}
