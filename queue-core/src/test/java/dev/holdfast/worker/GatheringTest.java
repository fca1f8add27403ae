package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Counters;
import dev.holdfast.job.Priority;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.ClaimToken;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.Meters;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.worker.WorkerOptions.AttemptLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GatheringTest {
  private static final Duration FOREVER = Duration.ofMinutes(1);

  private final ServedQueue queue = new ServedQueue(QueueRef.of("index"));
  private final Consumer consumer = consumer(10);
  private int made;

  private Consumer consumer(int slots) {
    Consumer added =
        new Consumer(
            queue,
            new Pool(slots),
            new SuspectGate(),
            Meters.NONE,
            new AttemptLines(AttemptLog.OFF),
            type -> true);
    queue.add(added);
    return added;
  }

  private BatchedJob job(Consumer holder, String key, boolean suspect) {
    Claim claim =
        new Claim(
            new Held(key, new ClaimToken(1, "n")),
            "index",
            Priority.NORMAL,
            suspect,
            new Counters(0, 1, 0, 0, 0),
            Duration.ZERO,
            Duration.ZERO,
            null,
            new byte[0]);
    Envelope envelope = new Envelope(1, new byte[0], null, null, Map.of(), Map.of());
    return new BatchedJob(new ActiveJob(claim, holder, 0), envelope, key, null);
  }

  private BatchedJob job() {
    return job(consumer, "job-" + made++, false);
  }

  private Gathering upTo(int maxItems, Duration maxWait) {
    return new Gathering(BatchOptions.of(maxItems, maxWait), queue);
  }

  @Test
  void a_full_batch_does_not_wait_and_takes_no_more() throws InterruptedException {
    Gathering gathering = upTo(2, FOREVER);
    Gathering.Batch first = gathering.take(job());
    assertThat(gathering.take(job())).isSameAs(first);
    Gathering.Batch second = gathering.take(job());

    first.await();
    assertThat(second).isNotSameAs(first);
    assertThat(first.takeAll()).hasSize(2);
    assertThat(second.takeAll()).hasSize(1);
    assertThat(first.takeAll()).isEmpty();
  }

  @Test
  void a_batch_that_has_waited_long_enough_goes_ahead_and_takes_more_until_it_is_taken()
      throws InterruptedException {
    Gathering gathering = upTo(10, Duration.ofMillis(1));
    Gathering.Batch batch = gathering.take(job());
    batch.await();

    assertThat(gathering.take(job())).isSameAs(batch);
    assertThat(batch.takeAll()).hasSize(2);
    assertThat(gathering.take(job())).isNotSameAs(batch);
  }

  @Test
  void a_batch_goes_ahead_when_every_slot_of_every_pool_holds_a_job_that_gathers()
      throws InterruptedException {
    Consumer other = consumer(1);
    Gathering gathering = upTo(100, FOREVER);
    Gathering.Batch batch = gathering.take(job(other, "other", false));
    for (int i = 0; i < 10; i++) {
      assertThat(gathering.take(job())).isSameAs(batch);
    }

    batch.await();
    assertThat(batch.takeAll()).hasSize(11);
    assertThat(consumer.pool().allGather()).isFalse();
  }

  @Test
  void slots_that_gather_for_another_handler_count_as_well() throws InterruptedException {
    Gathering gathering = upTo(100, FOREVER);
    Gathering others = upTo(100, FOREVER);
    for (int i = 0; i < 6; i++) {
      others.take(job());
    }
    Gathering.Batch batch = gathering.take(job());
    for (int i = 0; i < 3; i++) {
      gathering.take(job());
    }

    batch.await();
    assertThat(batch.takeAll()).hasSize(4);
  }

  @Test
  void a_suspect_is_a_batch_by_itself() throws InterruptedException {
    Gathering gathering = upTo(100, FOREVER);
    Gathering.Batch open = gathering.take(job());
    BatchedJob suspect = job(consumer, "suspect", true);
    Gathering.Batch alone = gathering.take(suspect);

    alone.await();
    assertThat(alone.takeAll()).containsExactly(suspect);
    assertThat(gathering.take(job())).isSameAs(open);
  }

  @Test
  void the_first_enqueued_comes_first() {
    Gathering gathering = upTo(100, FOREVER);
    BatchedJob later = job(consumer, "b", false);
    BatchedJob earlier = job(consumer, "a", false);
    Gathering.Batch batch = gathering.take(later);
    gathering.take(earlier);

    assertThat(batch.takeAll()).containsExactly(earlier, later);
  }

  @Test
  void what_is_to_be_handed_back_interrupts_the_leader_and_leaves_the_others() {
    Gathering gathering = upTo(100, FOREVER);
    BatchedJob drained = job();
    BatchedJob cancelled = job();
    BatchedJob kept = job();
    Gathering.Batch batch = gathering.take(drained);
    gathering.take(cancelled);
    gathering.take(kept);
    drained.job().drain(false);
    cancelled.job().cancel();

    assertThatThrownBy(batch::await).isInstanceOf(InterruptedException.class);
    assertThat(batch.takeUnwanted()).containsExactly(drained, cancelled);
    assertThat(batch.isEmpty()).isFalse();
    assertThat(gathering.take(job())).isSameAs(batch);
  }

  @Test
  void a_batch_without_any_job_left_takes_no_more() {
    Gathering gathering = upTo(100, FOREVER);
    BatchedJob only = job();
    Gathering.Batch batch = gathering.take(only);
    only.job().cancel();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(batch.takeUnwanted()).containsExactly(only);
    assertThat(batch.isEmpty()).isTrue();
    assertThat(gathering.take(job())).isNotSameAs(batch);
  }

  @Test
  void a_job_that_was_drained_before_is_not_taken() {
    BatchedJob drained = job();
    drained.job().drain(false);
    assertThat(upTo(100, FOREVER).take(drained)).isNull();
    assertThat(drained.job().phase()).isEqualTo(Phase.CLAIMED);
  }

  @Test
  void of_many_threads_each_job_is_in_one_batch_and_none_is_too_large() throws Exception {
    Consumer wide = consumer(4_000);
    Gathering gathering = upTo(7, Duration.ofMillis(1));
    Queue<List<BatchedJob>> batches = new ConcurrentLinkedQueue<>();
    AtomicInteger next = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 500; i++) {
                  lead(gathering, job(wide, "j" + next.incrementAndGet(), false), batches);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(batches).allMatch(batch -> !batch.isEmpty() && batch.size() <= 7);
    assertThat(batches.stream().flatMap(List::stream).map(BatchedJob::payload))
        .hasSize(4_000)
        .doesNotHaveDuplicates();
  }

  private static void lead(Gathering gathering, BatchedJob job, Queue<List<BatchedJob>> batches) {
    Gathering.Batch batch = gathering.take(job);
    if (batch.isLedBy(Thread.currentThread())) {
      try {
        batch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      batches.add(batch.takeAll());
    }
  }
}
