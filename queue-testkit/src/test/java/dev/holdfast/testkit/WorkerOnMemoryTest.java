package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.CancelResult;
import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker does with jobs, without a server: a real one, in the background. */
@Timeout(30)
class WorkerOnMemoryTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final HandlerOptions ONCE =
      HandlerOptions.builder().retryPolicy(RetryPolicy.none()).build();

  private final List<AutoCloseable> opened = new ArrayList<>();

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @JobType(value = "sum", queue = "sums")
  record Sum(int a, int b) {}

  record Total(int value) {}

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closing(T made) {
    opened.add(made);
    return made;
  }

  private Worker start(Worker.Builder builder) {
    WorkerOptions options =
        WorkerOptions.builder()
            .drainGrace(Duration.ofMillis(100))
            .interruptGrace(Duration.ofSeconds(2))
            // A cancel whose hint comes before anybody listens is learned with the next extension.
            .extendPeriod(Duration.ofSeconds(1))
            .closeOnShutdown(false)
            .retention(new Retention(Duration.ofDays(30), 10_000, Duration.ofDays(90), 10_000))
            .build();
    return closing(builder.options(options).start());
  }

  private static JobStatus awaitState(Holdfast holdfast, JobId id, JobState state) {
    await("job " + id + " is " + state)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> holdfast.status(id).orElseThrow().state() == state);
    return holdfast.status(id).orElseThrow();
  }

  private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void waitForInterrupt() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Nested
  class OnTheSystemClock {
    private final InMemoryEngine engine = InMemoryEngine.create();
    private final Holdfast holdfast = closing(Holdfast.on(FaultyEngine.ifAsked(engine)));

    private Worker work(HandlerOptions options, JobHandler<Mail> handler) {
      return start(Worker.on(holdfast).handler(Mail.class, options, handler).queue("mail", 4));
    }

    private JobId enqueue(int number) {
      return holdfast.enqueue(new Mail(number)).id();
    }

    @Test
    void jobs_enqueued_before_and_after_the_start_are_run_once_each() {
      Queue<Integer> seen = new ConcurrentLinkedQueue<>();
      IntStream.range(0, 100).forEach(this::enqueue);
      work(ONCE, (mail, context) -> seen.add(mail.number()));
      IntStream.range(100, 500).forEach(this::enqueue);

      await().atMost(SOON).until(() -> holdfast.queue("mail").stats().done() == 500);
      assertThat(seen).hasSize(500).doesNotHaveDuplicates();
    }

    @Test
    void a_result_is_read_by_id() {
      ResultHandler<Sum, Total> adds = (sum, context) -> new Total(sum.a() + sum.b());
      start(Worker.on(holdfast).resultHandler(Sum.class, adds).queue("sums", 1));

      JobId id = holdfast.enqueue(new Sum(2, 3)).id();

      awaitState(holdfast, id, JobState.SUCCEEDED);
      assertThat(holdfast.result(id, Total.class)).contains(new Total(5));
    }

    @Test
    void a_job_that_fails_twice_works_at_its_third_attempt() {
      HandlerOptions quickly =
          HandlerOptions.builder()
              .retryPolicy(RetryPolicy.exponential(3, Duration.ofMillis(2), Duration.ofMillis(5)))
              .build();
      work(
          quickly,
          (mail, context) -> {
            if (context.attempt() < 3) {
              throw new IOException("mail server is away");
            }
          });

      JobStatus status = awaitState(holdfast, enqueue(1), JobState.SUCCEEDED);

      assertThat(status.counters()).isEqualTo(new Counters(2, 3, 0, 0, 0));
      assertThat(status.history()).hasSize(2);
    }

    @Test
    void a_dead_letter_is_redriven() {
      AtomicBoolean mended = new AtomicBoolean();
      work(
          ONCE,
          (mail, context) -> {
            if (!mended.get()) {
              throw new IOException("no such address");
            }
          });
      JobId id = enqueue(1);
      awaitState(holdfast, id, JobState.DEAD);
      assertThat(holdfast.deadLetters("mail").read(id).orElseThrow().reason())
          .isEqualTo(StateReason.EXHAUSTED);

      mended.set(true);
      assertThat(holdfast.deadLetters("mail").redrive(id)).isEqualTo(RedriveResult.REDRIVEN);
      awaitState(holdfast, id, JobState.SUCCEEDED);
    }

    @Test
    void a_drain_hands_back_what_runs_too_long_and_another_worker_does_it() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      Worker first =
          work(
              ONCE,
              (mail, context) -> {
                running.countDown();
                waitForInterrupt();
              });
      JobId id = enqueue(1);
      awaitLatch(running);

      first.close();
      JobStatus handedBack = holdfast.status(id).orElseThrow();
      assertThat(handedBack.state()).isEqualTo(JobState.READY);
      assertThat(handedBack.reason()).isEqualTo(StateReason.RELEASED);
      assertThat(handedBack.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));

      work(ONCE, (mail, context) -> {});
      awaitState(holdfast, id, JobState.SUCCEEDED);
    }

    @Test
    void a_drain_waits_for_an_attempt_that_ends_in_time() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Worker worker =
          work(
              ONCE,
              (mail, context) -> {
                running.countDown();
                goOn.await();
              });
      JobId id = enqueue(1);
      awaitLatch(running);
      Thread closing = new Thread(worker::close);
      closing.start();
      goOn.countDown();
      closing.join(SOON.toMillis());

      assertThat(holdfast.status(id).orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void a_waiting_job_is_cancelled_at_once_and_a_running_one_is_interrupted() throws Exception {
      JobId waiting = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofHours(1))).id();
      assertThat(holdfast.cancel(waiting)).isEqualTo(CancelResult.CANCELLED);
      CountDownLatch running = new CountDownLatch(1);
      work(
          ONCE,
          (mail, context) -> {
            running.countDown();
            waitForInterrupt();
          });
      JobId id = enqueue(2);
      awaitLatch(running);

      assertThat(holdfast.cancel(id)).isEqualTo(CancelResult.REQUESTED);
      JobStatus status = awaitState(holdfast, id, JobState.CANCELLED);
      assertThat(status.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
    }

    @Test
    void a_delayed_job_is_run_when_it_is_due() {
      work(ONCE, (mail, context) -> {});
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofMillis(80))).id();
      assertThat(holdfast.status(id).orElseThrow().state()).isEqualTo(JobState.SCHEDULED);

      awaitState(holdfast, id, JobState.SUCCEEDED);
    }

    @Test
    void two_workers_share_the_work() {
      Queue<Integer> seen = new ConcurrentLinkedQueue<>();
      work(ONCE, (mail, context) -> seen.add(mail.number()));
      work(ONCE, (mail, context) -> seen.add(mail.number()));
      IntStream.range(0, 300).forEach(this::enqueue);

      await().atMost(SOON).until(() -> holdfast.queue("mail").stats().done() == 300);
      assertThat(seen).hasSize(300).doesNotHaveDuplicates();
    }
  }

  @Nested
  class OnManualTime {
    private final ManualTime time = ManualTime.create();
    private final InMemoryEngine engine = InMemoryEngine.on(time);
    private final Holdfast holdfast =
        closing(
            Holdfast.on(
                FaultyEngine.ifAsked(engine), HoldfastOptions.builder().clock(time).build()));

    private void work(HandlerOptions options, JobHandler<Mail> handler) {
      start(Worker.on(holdfast).handler(Mail.class, options, handler).queue("mail", 4));
    }

    @Test
    void a_move_of_the_clock_wakes_the_worker_of_a_due_job() {
      Queue<Instant> ran = new ConcurrentLinkedQueue<>();
      work(ONCE, (mail, context) -> ran.add(time.instant()));
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofDays(1))).id();

      time.advance(Duration.ofDays(1));

      awaitState(holdfast, id, JobState.SUCCEEDED);
      assertThat(ran).containsExactly(ManualTime.START.plus(Duration.ofDays(1)));
    }

    @Test
    void a_week_of_retries_snoozes_and_delays_passes_as_fast_as_the_handlers_run() {
      HandlerOptions patiently =
          HandlerOptions.builder()
              .retryPolicy(RetryPolicy.exponential(40, Duration.ofMinutes(1), Duration.ofHours(3)))
              .build();
      Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
      Queue<Instant> reminded = new ConcurrentLinkedQueue<>();
      work(
          patiently,
          (mail, context) -> {
            if (mail.number() == 1) {
              attempts.add(context.attempt());
              if (context.attempt() < 30) {
                throw new IOException("mail server is away");
              }
            } else if (context.counters().snoozes() < 6) {
              reminded.add(time.instant());
              throw context.snooze(Duration.ofDays(1));
            }
          });
      JobId failing = holdfast.enqueue(new Mail(1)).id();
      JobId daily = holdfast.enqueue(new Mail(2), EnqueueOptions.in(Duration.ofHours(2))).id();

      engine.letPass(Duration.ofDays(7));

      assertThat(time.instant()).isEqualTo(ManualTime.START.plus(Duration.ofDays(7)));
      assertThat(attempts).containsExactlyElementsOf(IntStream.rangeClosed(1, 30).boxed().toList());
      assertThat(reminded)
          .containsExactlyElementsOf(
              IntStream.range(0, 6)
                  .mapToObj(
                      day -> ManualTime.START.plus(Duration.ofDays(day)).plus(Duration.ofHours(2)))
                  .toList());
      assertThat(holdfast.queue("mail").stats().active()).isZero();
      JobStatus worked = holdfast.status(failing).orElseThrow();
      assertThat(worked.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(worked.counters()).isEqualTo(new Counters(29, 30, 0, 0, 0));
      JobStatus last = holdfast.status(daily).orElseThrow();
      assertThat(last.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(last.since())
          .isEqualTo(ManualTime.START.plus(Duration.ofDays(6)).plus(Duration.ofHours(2)));
    }

    @Test
    void what_a_handler_enqueues_to_another_queue_is_waited_for() {
      Queue<Integer> totals = new ConcurrentLinkedQueue<>();
      start(
          Worker.on(holdfast)
              .handler(
                  Mail.class,
                  (mail, context) ->
                      holdfast.enqueue(
                          new Sum(mail.number(), 1), EnqueueOptions.in(Duration.ofMinutes(1))))
              .handler(Sum.class, (sum, context) -> totals.add(sum.a() + sum.b()))
              .queue("mail", 2)
              .queue("sums", 2));
      for (int i = 0; i < 20; i++) {
        holdfast.enqueue(new Mail(i), EnqueueOptions.in(Duration.ofMinutes(i)));
      }

      engine.letPass(Duration.ofMinutes(20));

      assertThat(totals).containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
    }
  }
}
