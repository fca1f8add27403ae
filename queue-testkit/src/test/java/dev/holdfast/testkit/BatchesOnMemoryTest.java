package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.BatchItem;
import dev.holdfast.job.ClaimedJob;
import dev.holdfast.job.Counters;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.BatchInterceptor;
import dev.holdfast.worker.BatchOptions;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** What a worker does with jobs whose handler takes several at a time, without a server. */
@Timeout(30)
class BatchesOnMemoryTest {
  private static final Duration SOON = Duration.ofSeconds(8);

  /** Longer than a test waits: what such a batch waits for is not the time. */
  private static final Duration FOREVER = Duration.ofSeconds(20);

  private static final Duration SHORT = Duration.ofMillis(20);

  private static final HandlerOptions ONCE =
      HandlerOptions.builder().retryPolicy(RetryPolicy.none()).build();

  @JobType(value = "index", queue = "index")
  record Index(int number) {}

  /** What an application of another version sends under the same name. */
  @JobType(value = "index", queue = "index")
  record OtherIndex(String number) {}

  record Indexed(int version) {}

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Holdfast holdfast = Holdfast.on(engine);
  private final List<Worker> workers = new ArrayList<>();
  private final Queue<List<Integer>> calls = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    holdfast.close();
    engine.close();
  }

  private static WorkerOptions.Builder options() {
    return WorkerOptions.builder()
        .lease(Duration.ofSeconds(90))
        .extendPeriod(Duration.ofSeconds(30))
        .drainGrace(Duration.ofMillis(100))
        .interruptGrace(Duration.ofMillis(200))
        .drainInterruptGrace(Duration.ofMillis(500))
        .closeOnShutdown(false)
        .retention(new Retention(Duration.ofDays(30), 10_000, Duration.ofDays(90), 10_000));
  }

  private Worker work(
      int slots, BatchOptions batch, HandlerOptions handlerOptions, BatchHandler<Index> handler) {
    return start(
        Worker.on(holdfast)
            .batchHandler(Index.class, batch, handlerOptions, noting(handler))
            .queue("index", slots));
  }

  private Worker start(Worker.Builder builder) {
    Worker worker = builder.options(options().build()).start();
    workers.add(worker);
    return worker;
  }

  private BatchHandler<Index> noting(BatchHandler<Index> handler) {
    return batch -> {
      calls.add(batch.stream().map(item -> item.payload().number()).toList());
      handler.handle(batch);
    };
  }

  private List<JobId> enqueue(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> holdfast.enqueue(new Index(n)).id()).toList();
  }

  private JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  private JobStatus awaitState(JobId id, JobState state) {
    await("job " + id + " is " + state)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> status(id).state() == state);
    return status(id);
  }

  private void awaitAll(List<JobId> ids, JobState state) {
    ids.forEach(id -> awaitState(id, state));
  }

  private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void waitForInterrupt() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Nested
  class Gathering {
    @Test
    void a_call_starts_when_it_is_full_and_is_never_fuller() {
      List<JobId> ids = enqueue(0, 40);
      work(20, BatchOptions.of(5, FOREVER), ONCE, batch -> {});

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(calls).hasSize(8).allMatch(call -> call.size() == 5);
      assertThat(calls.stream().flatMap(List::stream)).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void a_call_starts_when_its_first_job_has_waited_long_enough() {
      List<JobId> ids = enqueue(0, 3);
      work(7, BatchOptions.of(100, Duration.ofMillis(200)), ONCE, batch -> {});

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(calls).containsExactly(List.of(0, 1, 2));
    }

    @Test
    void a_call_starts_when_all_slots_hold_jobs_that_wait() {
      List<JobId> ids = enqueue(0, 20);
      work(10, BatchOptions.of(100, FOREVER), ONCE, batch -> {});

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(calls).hasSize(2).allMatch(call -> call.size() == 10);
    }

    @Test
    void no_more_calls_run_at_once_than_the_concurrency_of_the_handler() {
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      HandlerOptions two = ONCE.toBuilder().concurrency(2).build();
      List<JobId> ids = enqueue(0, 60);
      work(
          30,
          BatchOptions.of(3, SHORT),
          two,
          batch -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
            running.decrementAndGet();
          });

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(most).hasValue(2);
    }

    @Test
    void handlers_of_single_jobs_share_the_slots() {
      AtomicInteger singles = new AtomicInteger();
      start(
          Worker.on(holdfast)
              .batchHandler(Index.class, BatchOptions.of(4, SHORT), noting(batch -> {}))
              .handler(Mail.class, (mail, context) -> singles.incrementAndGet())
              .queue("index", 4));
      List<JobId> ids = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        ids.add(holdfast.enqueue(new Index(i)).id());
        ids.add(holdfast.enqueue(new Mail(i)).id());
      }

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(singles).hasValue(50);
      assertThat(calls.stream().mapToInt(List::size).sum()).isEqualTo(50);
    }

    @Test
    void a_job_that_cannot_be_read_is_settled_alone() {
      List<JobId> ids = new ArrayList<>(enqueue(0, 2));
      JobId broken = holdfast.enqueue(new OtherIndex("x")).id();
      ids.addAll(enqueue(2, 4));
      work(7, BatchOptions.of(4, FOREVER), ONCE, batch -> {});

      assertThat(awaitState(broken, JobState.DEAD).reason()).isEqualTo(StateReason.MALFORMED);
      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(calls).containsExactly(List.of(0, 1, 2, 3));
    }
  }

  @JobType(value = "mail", queue = "index")
  record Mail(int number) {}

  @Nested
  class Outcomes {
    @Test
    void each_job_knows_itself_and_keeps_its_result() {
      Queue<BatchItem<Index>> items = new ConcurrentLinkedQueue<>();
      List<JobId> ids = enqueue(0, 3);
      work(
          3,
          BatchOptions.of(3, FOREVER),
          ONCE,
          batch -> {
            items.addAll(batch);
            batch.forEach(item -> item.succeed(new Indexed(item.payload().number() * 10)));
          });

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(items).extracting(BatchItem::id).containsExactlyElementsOf(ids);
      assertThat(items).allMatch(item -> item.attempt() == 1 && item.queue().equals("index"));
      assertThat(items.stream().map(BatchItem::fencingToken)).doesNotHaveDuplicates();
      assertThat(holdfast.result(ids.get(2), Indexed.class)).contains(new Indexed(20));
    }

    @Test
    void one_that_throws_fails_those_without_an_outcome_of_their_own() {
      List<JobId> ids = enqueue(0, 4);
      work(
          4,
          BatchOptions.of(4, FOREVER),
          ONCE,
          batch -> {
            batch.get(0).succeed();
            batch.get(1).discard("gone");
            throw new IOException("search is away");
          });

      awaitState(ids.get(0), JobState.SUCCEEDED);
      assertThat(awaitState(ids.get(1), JobState.CANCELLED).reason())
          .isEqualTo(StateReason.DISCARDED);
      for (JobId id : ids.subList(2, 4)) {
        JobStatus dead = awaitState(id, JobState.DEAD);
        assertThat(dead.reason()).isEqualTo(StateReason.EXHAUSTED);
        assertThat(dead.history())
            .singleElement()
            .satisfies(
                attempt -> {
                  assertThat(attempt.failure().message()).isEqualTo("search is away");
                });
      }
    }

    @Test
    void a_result_that_cannot_be_written_fails_its_own_job() {
      List<JobId> ids = enqueue(0, 2);
      work(
          2,
          BatchOptions.of(2, FOREVER),
          ONCE,
          batch -> batch.get(0).succeed("x".repeat(300 * 1024)));

      awaitState(ids.get(0), JobState.DEAD);
      awaitState(ids.get(1), JobState.SUCCEEDED);
    }

    @Test
    void a_checkpoint_of_one_job_is_there_at_its_next_attempt() {
      HandlerOptions quickly =
          HandlerOptions.builder()
              .retryPolicy(RetryPolicy.exponential(3, Duration.ofMillis(2), Duration.ofMillis(5)))
              .build();
      List<JobId> ids = enqueue(0, 2);
      Queue<Integer> read = new ConcurrentLinkedQueue<>();
      work(
          2,
          BatchOptions.of(2, SHORT),
          quickly,
          batch -> {
            for (BatchItem<Index> item : batch) {
              item.checkpoint(Integer.class).ifPresent(read::add);
              if (item.attempt() == 1 && item.payload().number() == 1) {
                item.checkpoint(7);
                item.fail(new IOException("half done"));
              }
            }
          });

      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(read).containsExactly(7);
      assertThat(status(ids.get(1)).counters()).isEqualTo(new Counters(1, 2, 0, 0, 0));
    }
  }

  @Nested
  class Ends {
    @Test
    void a_timeout_fails_all_without_an_outcome_of_their_own() {
      List<JobId> ids = enqueue(0, 3);
      work(
          3,
          BatchOptions.of(3, FOREVER),
          ONCE.toBuilder().timeout(Duration.ofMillis(50)).build(),
          batch -> {
            batch.get(0).succeed();
            waitForInterrupt();
          });

      awaitState(ids.get(0), JobState.SUCCEEDED);
      for (JobId id : ids.subList(1, 3)) {
        assertThat(awaitState(id, JobState.DEAD).history())
            .singleElement()
            .satisfies(attempt -> assertThat(attempt.failure().type()).isEqualTo("timeout"));
      }
    }

    @Test
    void a_call_that_ignores_its_interrupt_is_given_up_and_leaves_one_thread_behind() {
      CountDownLatch goOn = new CountDownLatch(1);
      AtomicBoolean first = new AtomicBoolean(true);
      List<JobId> ids = enqueue(0, 3);
      Worker worker =
          work(
              3,
              BatchOptions.of(3, FOREVER),
              ONCE.toBuilder().timeout(Duration.ofMillis(50)).concurrency(1).build(),
              batch -> {
                if (first.compareAndSet(true, false)) {
                  batch.get(0).succeed();
                  while (goOn.getCount() > 0) {
                    LockSupport.parkNanos(1_000_000);
                    Thread.interrupted();
                  }
                  batch.get(1).succeed();
                }
              });

      awaitState(ids.get(0), JobState.SUCCEEDED);
      ids.subList(1, 3).forEach(id -> awaitState(id, JobState.DEAD));
      assertThat(worker.health().stuckThreads()).isOne();
      // Its slots and its place are free.
      awaitAll(enqueue(3, 6), JobState.SUCCEEDED);
      goOn.countDown();
      await().atMost(SOON).until(() -> worker.health().stuckThreads() == 0);
      assertThat(status(ids.get(1)).state()).isEqualTo(JobState.DEAD);
    }

    @Test
    void a_drain_hands_back_at_once_what_has_not_begun() {
      List<JobId> ids = enqueue(0, 5);
      Worker worker = work(10, BatchOptions.of(100, FOREVER), ONCE, batch -> {});
      ids.forEach(id -> awaitState(id, JobState.ACTIVE));

      worker.close();

      assertThat(calls).isEmpty();
      for (JobId id : ids) {
        assertThat(status(id).state()).isEqualTo(JobState.READY);
        assertThat(status(id).reason()).isEqualTo(StateReason.RELEASED);
        assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
      }
    }

    @Test
    void a_drain_hands_back_what_runs_too_long_but_for_outcomes_given() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      List<JobId> ids = enqueue(0, 4);
      Worker worker =
          work(
              4,
              BatchOptions.of(4, FOREVER),
              ONCE,
              batch -> {
                batch.get(0).succeed();
                batch.get(1).bury("bad");
                running.countDown();
                try {
                  waitForInterrupt();
                } catch (InterruptedException e) {
                  batch.get(2).fail(e);
                  throw e;
                }
              });
      awaitLatch(running);

      worker.close();

      assertThat(status(ids.get(0)).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(status(ids.get(1)).state()).isEqualTo(JobState.DEAD);
      for (JobId id : ids.subList(2, 4)) {
        assertThat(status(id).reason()).isEqualTo(StateReason.RELEASED);
        assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
      }
    }

    @Test
    void a_cancel_of_one_that_runs_is_seen_and_interrupts_nobody() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      AtomicBoolean interrupted = new AtomicBoolean();
      List<JobId> ids = enqueue(0, 3);
      work(
          3,
          BatchOptions.of(3, FOREVER),
          ONCE,
          batch -> {
            running.countDown();
            while (!batch.get(1).cancelled()) {
              LockSupport.parkNanos(1_000_000);
            }
            interrupted.set(Thread.currentThread().isInterrupted());
            batch.get(1).fail(new IOException("stopped"));
          });
      awaitLatch(running);

      holdfast.cancel(ids.get(1));

      assertThat(awaitState(ids.get(1), JobState.CANCELLED).reason())
          .isEqualTo(StateReason.CANCELLED_ON_REQUEST);
      awaitState(ids.get(0), JobState.SUCCEEDED);
      awaitState(ids.get(2), JobState.SUCCEEDED);
      assertThat(interrupted).isFalse();
    }

    @Test
    void a_cancel_of_one_that_gathers_leaves_the_others_gathering() {
      List<JobId> ids = new ArrayList<>(enqueue(0, 2));
      work(7, BatchOptions.of(3, FOREVER), ONCE, batch -> {});
      ids.forEach(id -> awaitState(id, JobState.ACTIVE));

      holdfast.cancel(ids.get(0));
      awaitState(ids.remove(0), JobState.CANCELLED);
      assertThat(calls).isEmpty();

      ids.addAll(enqueue(2, 4));
      awaitAll(ids, JobState.SUCCEEDED);
      assertThat(calls).containsExactly(List.of(1, 2, 3));
    }
  }

  @Nested
  class Around {
    @Test
    void an_interceptor_of_batches_wraps_the_call_and_the_mdc_names_type_and_queue() {
      Queue<String> seen = new ConcurrentLinkedQueue<>();
      BatchInterceptor interceptor =
          new BatchInterceptor() {
            @Override
            public void around(JobContext context, Chain attempt) throws Exception {
              seen.add("around " + context.type());
              attempt.proceed();
            }

            @Override
            public void aroundBatch(List<? extends ClaimedJob> batch, Chain call) throws Exception {
              seen.add("around " + batch.size() + " of " + batch.get(0).type());
              call.proceed();
              seen.add("after");
            }
          };
      List<JobId> ids = enqueue(0, 2);
      start(
          Worker.on(holdfast)
              .batchHandler(
                  Index.class,
                  BatchOptions.of(2, FOREVER),
                  batch -> seen.add("MDC " + Map.copyOf(MDC.getCopyOfContextMap()).size()))
              .handler(Mail.class, (mail, context) -> {})
              .interceptor(interceptor)
              .queue("index", 2));

      awaitAll(ids, JobState.SUCCEEDED);
      awaitState(holdfast.enqueue(new Mail(1)).id(), JobState.SUCCEEDED);
      assertThat(seen).containsExactly("around 2 of index", "MDC 2", "after", "around mail");
    }

    @Test
    void an_interceptor_of_single_attempts_is_refused_at_start() {
      Worker.Builder builder =
          Worker.on(holdfast)
              .batchHandler(Index.class, BatchOptions.of(2, SHORT), batch -> {})
              .interceptor((context, attempt) -> attempt.proceed());

      assertThatThrownBy(builder::start)
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("make it a BatchInterceptor");
    }
  }
}
