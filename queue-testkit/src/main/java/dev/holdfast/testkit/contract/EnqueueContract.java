package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.NewJob.Start;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How jobs are added. */
public abstract class EnqueueContract extends SentJobs {
  // What is stored.

  @Test
  void a_created_job_is_ready_with_all_it_was_given() {
    NewJob job = job(Priority.HIGH);
    assertThat(sendOne(job)).isEqualTo(created());

    StoredJob stored = stored(job.key());
    assertThat(stored.state()).isEqualTo(JobState.READY);
    assertThat(stored.reason()).isEqualTo(StateReason.ENQUEUED);
    assertThat(stored.type()).isEqualTo(TYPE);
    assertThat(stored.priority()).isEqualTo(Priority.HIGH);
    assertThat(stored.since()).isEqualTo(now());
    assertThat(stored.envelope()).isEqualTo(job.envelope());
    assertThat(stored.raw()).isNull();
    assertThat(stored.counters().claims()).isZero();
  }

  @Test
  void an_envelope_is_kept_byte_for_byte() {
    byte[] all = new byte[512];
    IntStream.range(0, all.length).forEach(i -> all[i] = (byte) i);
    String key = enqueue(withEnvelope(job(), all)).get(0);

    assertThat(stored(key).envelope()).isEqualTo(all);
    assertThat(taker().claimOne().envelope()).isEqualTo(all);
  }

  @Test
  void an_empty_envelope_is_kept_as_empty() {
    enqueue(withEnvelope(job(), new byte[0]));
    assertThat(taker().claimOne().envelope()).isEmpty();
  }

  @Test
  void enqueuing_nothing_gives_nothing() {
    assertThat(send()).isEmpty();
    assertThat(stats().ready()).isZero();
  }

  // The bound.

  @Test
  void jobs_beyond_the_bound_are_answered_full_and_the_others_are_there() {
    NewJob[] jobs = Stream.generate(this::job).limit(5).toArray(NewJob[]::new);
    assertThat(enqueueAll(queue(), 3, Arrays.asList(jobs)))
        .containsExactly(created(), created(), created(), full(), full());
    assertThat(claimAll()).containsExactly(jobs[0].key(), jobs[1].key(), jobs[2].key());
    assertThat(engine().control().find(queue(), jobs[3].key())).isEmpty();
  }

  @Test
  void scheduled_and_active_jobs_count_toward_the_bound() {
    enqueue(job());
    taker().claimOne();
    enqueue(delayed(Duration.ofHours(1)));
    assertThat(enqueueAll(queue(), 2, List.of(job()))).containsExactly(full());
    assertThat(enqueueAll(queue(), 3, List.of(job()))).containsExactly(created());
  }

  @Test
  void dead_letters_and_done_jobs_do_not_count_toward_the_bound() {
    enqueue(4);
    claimAndSettle(buried(StateReason.EXHAUSTED));
    claimAndSettle(buried(StateReason.EXHAUSTED));
    claimAndSettle(succeeded());
    assertThat(enqueueAll(queue(), 2, List.of(job(), job()))).containsExactly(created(), full());
  }

  @Test
  void a_full_queue_still_says_that_a_job_exists() {
    NewJob job = named("welcome:7");
    sendOne(job);
    assertThat(enqueueAll(queue(), 1, List.of(retried(job), named("welcome:7"), job())))
        .containsExactly(existingId(job.key()), existingName(job.key()), full());
  }

  @Test
  void callers_with_different_bounds_at_once_each_get_their_own() {
    List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      futures.addAll(
          engine()
              .intake()
              .enqueue(queue(), List.of(job()), i % 2 == 0 ? NO_BOUND : 0, Duration.ofSeconds(3)));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(await(futures.get(i))).isEqualTo(i % 2 == 0 ? created() : full());
    }
  }

  // When.

  @Test
  void a_delayed_job_is_ready_at_its_time_and_not_before() {
    NewJob job = delayed(Duration.ofSeconds(10));
    sendOne(job);
    assertThat(state(job.key())).isEqualTo(JobState.SCHEDULED);
    assertThat(stored(job.key()).runAt()).isEqualTo(now().plusSeconds(10));
    advance(Duration.ofMillis(9_999));
    assertThat(taker().claim(1)).isEmpty();
    advance(Duration.ofMillis(1));
    assertThat(taker().claimOne().held().key()).isEqualTo(job.key());
  }

  @Test
  void a_job_for_an_instant_is_ready_then() {
    Instant at = now().plusSeconds(3600);
    NewJob job = startingAt(at);
    sendOne(job);
    assertThat(stored(job.key()).runAt()).isEqualTo(at);
    assertThat(taker().claim(1)).isEmpty();
    advance(Duration.ofHours(1));
    Claim claim = taker().claimOne();
    assertThat(claim.held().key()).isEqualTo(job.key());
    assertThat(claim.waited()).isZero();
  }

  @Test
  void a_past_instant_and_a_zero_delay_mean_now() {
    NewJob past = startingAt(now().minusSeconds(3600));
    NewJob zero = delayed(Duration.ZERO);
    NewJob ancient = startingAt(Instant.EPOCH);
    send(past, zero, ancient);
    assertThat(stats().scheduled()).isZero();
    assertThat(claimAll()).containsExactly(past.key(), zero.key(), ancient.key());
  }

  @Test
  void a_far_instant_is_kept_to_the_millisecond() {
    Instant far = Instant.parse("2999-12-31T23:59:59.999Z");
    NewJob job = startingAt(far);
    sendOne(job);
    assertThat(stored(job.key()).runAt()).isEqualTo(far);
    assertThat(stats().nextDue()).isEqualTo(far);
  }

  @Test
  void delayed_jobs_become_ready_in_the_order_of_their_times() {
    NewJob third = delayed(Duration.ofSeconds(30));
    NewJob first = delayed(Duration.ofSeconds(10));
    NewJob second = delayed(Duration.ofSeconds(20));
    send(third, first, second);
    advance(Duration.ofMinutes(1));
    assertThat(claimAll()).containsExactly(first.key(), second.key(), third.key());
  }

  // Order and size.

  @Test
  void jobs_of_one_call_are_claimed_in_their_order() {
    List<String> keys = enqueue(100);
    assertThat(claimAll()).isEqualTo(keys);
  }

  @Test
  void each_job_goes_to_its_own_lane() {
    NewJob low = job(Priority.LOW);
    NewJob normal = job(Priority.NORMAL);
    NewJob high = job(Priority.HIGH);
    send(low, normal, high);
    assertThat(taker().nextNumber(1).claimOne().held().key()).isEqualTo(high.key());
    assertThat(taker().nextNumber(2).claimOne().held().key()).isEqualTo(normal.key());
    assertThat(taker().nextNumber(3).claimOne().held().key()).isEqualTo(low.key());
  }

  @Test
  void a_thousand_jobs_in_one_call_are_all_there_in_order() {
    List<String> keys = enqueue(1_000);
    assertThat(stats().ready()).isEqualTo(1_000);
    assertThat(claimAll()).isEqualTo(keys);
  }

  @Test
  void bodies_of_256_KiB_go_in_as_many_calls_as_they_need() {
    byte[] large = new byte[256 * 1024];
    Arrays.fill(large, (byte) 'x');
    NewJob[] jobs =
        Stream.generate(() -> withEnvelope(job(), large)).limit(20).toArray(NewJob[]::new);
    List<String> keys = enqueue(jobs);
    assertThat(claimAll()).isEqualTo(keys);
    assertThat(stored(keys.get(19)).envelope()).isEqualTo(large);
  }

  @Test
  void one_body_larger_than_a_call_goes_alone() {
    byte[] huge = new byte[3 << 20];
    List<String> keys = enqueue(job(), withEnvelope(job(), huge), job());
    assertThat(claimAll()).isEqualTo(keys);
  }

  @Test
  void eight_threads_with_500_jobs_each_make_4000_jobs() throws Exception {
    int threads = 8;
    int each = 500;
    List<NewJob> jobs = IntStream.range(0, threads * each).mapToObj(i -> job()).toList();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<EnqueueReply> replies = new ArrayList<>();
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<List<CompletableFuture<EnqueueReply>>>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        List<NewJob> mine = jobs.subList(t * each, (t + 1) * each);
        done.add(
            pool.submit(
                () -> {
                  List<CompletableFuture<EnqueueReply>> futures = new ArrayList<>();
                  start.await();
                  for (NewJob job : mine) {
                    futures.addAll(
                        engine()
                            .intake()
                            .enqueue(queue(), List.of(job), NO_BOUND, Duration.ofSeconds(30)));
                  }
                  return futures;
                }));
      }
      start.countDown();
      for (Future<List<CompletableFuture<EnqueueReply>>> one : done) {
        one.get(30, TimeUnit.SECONDS).forEach(future -> replies.add(await(future)));
      }
    } finally {
      pool.shutdownNow();
    }

    assertThat(replies).hasSize(threads * each).containsOnly(created());
    List<String> claimed = claimAll();
    Set<String> keys = new HashSet<>(jobs.stream().map(NewJob::key).toList());
    assertThat(claimed).hasSize(threads * each);
    assertThat(new HashSet<>(claimed)).isEqualTo(keys);
  }

  @Test
  void jobs_of_one_thread_keep_their_order_while_others_enqueue() throws Exception {
    List<NewJob> mine = Stream.generate(this::job).limit(200).toList();
    List<NewJob> others = Stream.generate(this::job).limit(200).toList();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (List<NewJob> jobs : List.of(mine, others)) {
        done.add(
            pool.submit(() -> jobs.forEach(job -> assertThat(sendOne(job)).isEqualTo(created()))));
      }
      for (Future<?> one : done) {
        one.get(30, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    List<String> keys = mine.stream().map(NewJob::key).toList();
    assertThat(claimAll().stream().filter(keys::contains)).isEqualTo(keys);
  }

  @Test
  void queues_keep_apart() {
    QueueRef other = freshQueue();
    NewJob here = job();
    NewJob there = job();
    sendOne(here);
    enqueueAll(other, NO_BOUND, List.of(there));
    assertThat(claimAll()).containsExactly(here.key());
    assertThat(keysOf(newTaker(other, "w1").claim(10))).containsExactly(there.key());
  }

  @Test
  void partitions_of_a_queue_keep_apart() {
    QueueRef second = new QueueRef(queue().name(), 1);
    engine().claiming().open(second);
    NewJob there = job(Priority.NORMAL, Start.NOW);
    enqueueAll(second, NO_BOUND, List.of(there));
    assertThat(claimAll()).isEmpty();
    assertThat(keysOf(newTaker(second, "w1").claim(10))).containsExactly(there.key());
  }
}
