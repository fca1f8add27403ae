package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.AttemptInterceptor;
import dev.holdfast.CancelResult;
import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.HandlerOptions;
import dev.holdfast.QueueOrder;
import dev.holdfast.Worker;
import dev.holdfast.WorkerHealth;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.job.Counters;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.Priority;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What a worker does with jobs, on a real Redis. */
class WorkerIT extends WorkerFixture {
  private static final RetryPolicy QUICK =
      RetryPolicy.exponential(3, Duration.ofMillis(5), Duration.ofMillis(20));
  private static final HandlerOptions QUICKLY = HandlerOptions.builder().retryPolicy(QUICK).build();

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @JobType(value = "sum", queue = "mail")
  record Sum(int a, int b) {}

  record Total(int value) {}

  private Worker on(JobHandler<Mail> handler) {
    return on(QUICKLY, handler);
  }

  private Worker on(HandlerOptions options, JobHandler<Mail> handler) {
    return start(Worker.on(holdfast).handler(Mail.class, options, handler).queue("mail", 4));
  }

  private JobId enqueue(int number) {
    return holdfast.enqueue(new Mail(number)).id();
  }

  @Nested
  class Success {
    @Test
    void a_job_travels_from_enqueue_to_its_handler_and_back() {
      ConcurrentLinkedQueue<Mail> seen = new ConcurrentLinkedQueue<>();
      on((mail, context) -> seen.add(mail));
      JobId id = enqueue(7);
      JobStatus status = awaitState(id, JobState.SUCCEEDED);
      assertThat(seen).containsExactly(new Mail(7));
      assertThat(status.reason()).isEqualTo(StateReason.COMPLETED);
      assertThat(status.type()).isEqualTo("mail.welcome");
      assertThat(status.phase()).isEqualTo(JobState.Phase.SUCCEEDED);
      assertThat(status.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    }

    @Test
    void a_result_is_read_by_id() {
      ResultHandler<Sum, Total> handler = (sum, context) -> new Total(sum.a() + sum.b());
      start(Worker.on(holdfast).resultHandler(Sum.class, handler).queue("mail", 1));
      JobId id = holdfast.enqueue(new Sum(2, 3)).id();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(holdfast.result(id, Total.class)).contains(new Total(5));
    }

    @Test
    void the_context_tells_the_job_and_the_mdc_too() {
      AtomicReference<JobContext> context = new AtomicReference<>();
      AtomicReference<Map<String, String>> mdc = new AtomicReference<>();
      on(
          (mail, c) -> {
            context.set(c);
            mdc.set(MDC.getCopyOfContextMap());
          });
      JobId id =
          holdfast
              .enqueue(
                  new Mail(1),
                  EnqueueOptions.defaults().correlationId("request-9").header("tenant", "a"))
              .id();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(context.get().id()).isEqualTo(id);
      assertThat(context.get().type()).isEqualTo("mail.welcome");
      assertThat(context.get().attempt()).isEqualTo(1);
      assertThat(context.get().correlationId()).contains("request-9");
      assertThat(context.get().headers()).containsEntry("tenant", "a");
      assertThat(context.get().fencingToken()).isPositive();
      assertThat(mdc.get())
          .containsEntry("jobId", id.toString())
          .containsEntry("type", "mail.welcome")
          .containsEntry("attempt", "1")
          .containsEntry("queue", "mail")
          .containsEntry("correlationId", "request-9");
    }

    @Test
    void a_job_enqueued_by_a_handler_carries_its_correlation_id() {
      AtomicReference<String> correlation = new AtomicReference<>();
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> holdfast.enqueue(new Sum(1, 2)))
              .handler(
                  Sum.class, (sum, context) -> correlation.set(context.correlationId().orElse("")))
              .queue("mail", 2));
      holdfast.enqueue(new Mail(1), EnqueueOptions.defaults().correlationId("from-the-request"));
      await().atMost(SOON).until(() -> "from-the-request".equals(correlation.get()));
    }

    @Test
    void interceptors_wrap_an_attempt_in_the_order_given() {
      ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
      AttemptInterceptor outer =
          (context, attempt) -> {
            order.add("outer");
            attempt.proceed();
            order.add("outer end");
          };
      AttemptInterceptor inner =
          (context, attempt) -> {
            order.add("inner");
            attempt.proceed();
          };
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> order.add("handler"))
              .interceptor(outer)
              .interceptor(inner)
              .queue("mail", 1));
      awaitState(enqueue(1), JobState.SUCCEEDED);
      assertThat(order).containsExactly("outer", "inner", "handler", "outer end");
    }
  }

  @Nested
  class Failures {
    @Test
    void a_job_that_fails_twice_works_at_its_third_attempt() {
      ConcurrentLinkedQueue<Integer> attempts = new ConcurrentLinkedQueue<>();
      on(
          (mail, context) -> {
            attempts.add(context.attempt());
            if (context.attempt() < 3) {
              throw new IOException("mail server is away");
            }
          });
      JobStatus status = awaitState(enqueue(1), JobState.SUCCEEDED);
      assertThat(attempts).containsExactly(1, 2, 3);
      assertThat(status.counters()).isEqualTo(new Counters(2, 3, 0, 0, 0));
      assertThat(status.history()).hasSize(2);
    }

    @Test
    void a_job_out_of_attempts_is_a_dead_letter_with_its_story_and_can_be_redriven() {
      AtomicBoolean mended = new AtomicBoolean();
      on(
          (mail, context) -> {
            if (!mended.get()) {
              throw new IOException("no such address\r\nforged line");
            }
          });
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.defaults().correlationId("c-1")).id();
      awaitState(id, JobState.DEAD);
      DeadLetter letter = holdfast.deadLetters("mail").read(id).orElseThrow();
      assertThat(letter.reason()).isEqualTo(StateReason.EXHAUSTED);
      assertThat(letter.counters().failures()).isEqualTo(3);
      assertThat(letter.payload()).isEqualTo("{\"number\":1}");
      assertThat(letter.correlationId()).isEqualTo("c-1");
      assertThat(letter.history()).hasSize(3);
      assertThat(letter.history()).extracting(a -> a.number()).containsExactly(1, 2, 3);
      assertThat(letter.history().get(2).failure().type()).isEqualTo("java.io.IOException");
      assertThat(letter.history().get(2).failure().stackTrace()).contains("WorkerIT");
      assertThat(holdfast.deadLetters("mail").list(null, 10).items()).hasSize(1);

      mended.set(true);
      assertThat(holdfast.deadLetters("mail").redrive(id)).isTrue();
      JobStatus status = awaitState(id, JobState.SUCCEEDED);
      assertThat(status.counters().failures()).isZero();
      assertThat(holdfast.deadLetters("mail").size()).isZero();
      assertThat(holdfast.deadLetters("mail").redrive(id)).isFalse();
    }

    @Test
    void dead_letters_are_redriven_by_filter_at_a_rate_and_purged() {
      AtomicBoolean mended = new AtomicBoolean();
      on(
          HandlerOptions.builder().retryPolicy(RetryPolicy.none()).build(),
          (mail, context) -> {
            if (!mended.get()) {
              throw new IllegalStateException(mail.number() % 2 == 0 ? "even" : "odd");
            }
          });
      IntStream.range(0, 40).forEach(WorkerIT.this::enqueue);
      await().atMost(SOON).until(() -> holdfast.deadLetters("mail").size() == 40);
      mended.set(true);
      long redriven =
          holdfast
              .deadLetters("mail")
              .redriveAll(
                  DeadLetterFilter.all()
                      .and(l -> l.lastAttempt().orElseThrow().failure().message().equals("even")),
                  1_000);
      assertThat(redriven).isEqualTo(20);
      await().atMost(SOON).until(() -> holdfast.queue("mail").stats().done() == 20);
      assertThat(holdfast.deadLetters("mail").purgeAll(DeadLetterFilter.all())).isEqualTo(20);
      assertThat(holdfast.deadLetters("mail").size()).isZero();
    }

    @Test
    void exceptions_are_judged_by_class() {
      HandlerOptions options =
          QUICKLY.toBuilder()
              .exceptionRule(ExceptionRule.discard(IllegalStateException.class))
              .exceptionRule(ExceptionRule.bury(IllegalArgumentException.class))
              .build();
      on(
          options,
          (mail, context) -> {
            switch (mail.number()) {
              case 1 -> throw new NonRetriableException("card declined");
              case 2 -> throw new IllegalStateException("gone");
              case 3 -> throw new NumberFormatException("a subclass");
              default -> throw new RetryAfterException(Duration.ofMillis(1), "429", null);
            }
          });
      assertThat(awaitState(enqueue(1), JobState.DEAD).reason())
          .isEqualTo(StateReason.NON_RETRIABLE);
      assertThat(awaitState(enqueue(2), JobState.CANCELLED).reason())
          .isEqualTo(StateReason.DISCARDED);
      assertThat(awaitState(enqueue(3), JobState.DEAD).state()).isEqualTo(JobState.DEAD);
      assertThat(awaitState(enqueue(4), JobState.DEAD).counters().failures()).isEqualTo(3);
    }

    @Test
    void errors_of_the_jvm_are_failures_and_cost_no_slot() {
      on(
          (mail, context) -> {
            if (context.attempt() == 1) {
              throw mail.number() % 2 == 0
                  ? new StackOverflowError()
                  : new OutOfMemoryError("test");
            }
          });
      List<JobId> ids = IntStream.range(0, 12).mapToObj(WorkerIT.this::enqueue).toList();
      ids.forEach(id -> awaitState(id, JobState.SUCCEEDED));
    }

    @Test
    void a_handler_that_heeds_the_interrupt_of_its_timeout_has_failed() {
      HandlerOptions options = QUICKLY.toBuilder().timeout(Duration.ofMillis(100)).build();
      on(options, (mail, context) -> new CountDownLatch(1).await());
      JobStatus status = awaitState(enqueue(1), JobState.DEAD);
      assertThat(status.counters().failures()).isEqualTo(3);
      assertThat(status.lastFailure().orElseThrow().message()).contains("PT0.1S");
    }

    @Test
    void a_handler_that_ignores_its_timeout_loses_its_job_and_is_counted_as_stuck() {
      HandlerOptions options =
          QUICKLY.toBuilder()
              .timeout(Duration.ofMillis(100))
              .retryPolicy(RetryPolicy.none())
              .build();
      AtomicBoolean end = new AtomicBoolean();
      Worker worker =
          start(
              Worker.on(holdfast)
                  .handler(
                      Mail.class,
                      options,
                      (mail, context) -> {
                        while (mail.number() == 1 && !end.get()) {
                          LockSupport.parkNanos(1_000_000);
                        }
                      })
                  .queue("mail", 1),
              options().interruptGrace(Duration.ofMillis(200)).build());
      JobId id = enqueue(1);
      assertThat(awaitState(id, JobState.DEAD).history()).hasSize(1);
      assertThat(worker.health().stuckThreads()).isEqualTo(1);
      // Its slot is free again.
      awaitState(enqueue(2), JobState.SUCCEEDED);
      end.set(true);
      await().atMost(SOON).until(() -> worker.health().stuckThreads() == 0);
      assertThat(status(id).state()).isEqualTo(JobState.DEAD);
    }
  }

  @Nested
  class Verbs {
    @Test
    void snooze_runs_the_job_later_and_is_no_failure() {
      AtomicInteger calls = new AtomicInteger();
      on(
          (mail, context) -> {
            if (calls.incrementAndGet() < 3) {
              throw context.snooze(Duration.ofMillis(5));
            }
          });
      JobStatus status = awaitState(enqueue(1), JobState.SUCCEEDED);
      assertThat(status.counters()).isEqualTo(new Counters(0, 3, 0, 0, 2));
    }

    @Test
    void a_verb_stands_though_the_handler_swallows_it() {
      on(
          (mail, context) -> {
            try {
              context.bury("no use");
            } catch (RuntimeException e) {
              // As careless code does.
            }
          });
      JobId id = enqueue(1);
      assertThat(awaitState(id, JobState.DEAD).reason()).isEqualTo(StateReason.BURIED);
      assertThat(holdfast.deadLetters("mail").read(id).orElseThrow().history())
          .singleElement()
          .satisfies(attempt -> assertThat(attempt.failure().message()).contains("no use"));
    }

    @Test
    void discard_ends_the_job_as_cancelled() {
      on((mail, context) -> context.discard("nothing left to do"));
      assertThat(awaitState(enqueue(1), JobState.CANCELLED).reason())
          .isEqualTo(StateReason.DISCARDED);
    }

    @Test
    void retry_at_is_a_failure_that_sets_its_own_wait() {
      InstantSource clock = InstantSource.system();
      on((mail, context) -> context.retryAt(clock.instant().plusMillis(1)));
      JobStatus status = awaitState(enqueue(1), JobState.DEAD);
      assertThat(status.counters().failures()).isEqualTo(3);
      assertThat(status.reason()).isEqualTo(StateReason.EXHAUSTED);
    }
  }

  @Nested
  class Notes {
    @Test
    void progress_and_log_are_seen_while_the_job_runs() throws InterruptedException {
      CountDownLatch go = new CountDownLatch(1);
      on(
          (mail, context) -> {
            context.progress(0.5, "half");
            context.log("line one\nstill line one");
            go.await();
            context.progress(1, "all");
          });
      JobId id = enqueue(1);
      await()
          .atMost(SOON)
          .until(() -> status(id).progress() != null && !status(id).log().isEmpty());
      assertThat(status(id).progress()).isEqualTo(new JobStatus.Progress(0.5, "half"));
      assertThat(status(id).state()).isEqualTo(JobState.ACTIVE);
      assertThat(status(id).log()).hasSize(1);
      go.countDown();
      awaitState(id, JobState.SUCCEEDED);
    }

    @Test
    void the_next_attempt_goes_on_from_the_checkpoint() {
      ConcurrentLinkedQueue<Integer> from = new ConcurrentLinkedQueue<>();
      on(
          (mail, context) -> {
            int page = context.checkpoint(Integer.class).orElse(0);
            from.add(page);
            if (page < 2) {
              context.checkpoint(page + 1);
              throw new IOException("between pages");
            }
          });
      awaitState(enqueue(1), JobState.SUCCEEDED);
      assertThat(from).containsExactly(0, 1, 2);
    }
  }

  @Nested
  class Cancel {
    @Test
    void a_waiting_job_ends_at_once() {
      JobId ready = enqueue(1);
      JobId delayed = holdfast.enqueue(new Mail(2), EnqueueOptions.in(Duration.ofHours(1))).id();
      assertThat(holdfast.cancel(ready)).isEqualTo(CancelResult.CANCELLED);
      assertThat(holdfast.cancel(delayed)).isEqualTo(CancelResult.CANCELLED);
      assertThat(holdfast.cancel(ready)).isEqualTo(CancelResult.ALREADY_ENDED);
      ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
      on((mail, context) -> seen.add(mail.number()));
      awaitState(enqueue(3), JobState.SUCCEEDED);
      assertThat(seen).containsExactly(3);
    }

    @Test
    void a_running_job_is_interrupted_and_ends_as_cancelled() throws InterruptedException {
      CountDownLatch running = new CountDownLatch(1);
      AtomicBoolean told = new AtomicBoolean();
      on(
          (mail, context) -> {
            running.countDown();
            try {
              new CountDownLatch(1).await();
            } finally {
              told.set(context.cancelled());
            }
          });
      JobId id = enqueue(1);
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(holdfast.cancel(id)).isEqualTo(CancelResult.REQUESTED);
      JobStatus status = awaitState(id, JobState.CANCELLED);
      assertThat(status.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
      assertThat(told).isTrue();
    }

    @Test
    void a_success_that_arrives_after_the_request_stays_a_success() throws InterruptedException {
      CountDownLatch running = new CountDownLatch(1);
      on(
          (mail, context) -> {
            running.countDown();
            await().atMost(SOON).ignoreExceptions().until(context::cancelled);
            Thread.interrupted();
          });
      JobId id = enqueue(1);
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      holdfast.cancel(id);
      awaitState(id, JobState.SUCCEEDED);
    }
  }

  @Nested
  class Waiting {
    @Test
    void a_delayed_job_never_starts_early() {
      AtomicReference<Instant> start = new AtomicReference<>();
      InstantSource clock = InstantSource.system();
      on((mail, context) -> start.set(clock.instant()));
      Instant before = clock.instant();
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofMillis(700))).id();
      assertThat(status(id).state()).isEqualTo(JobState.SCHEDULED);
      awaitState(id, JobState.SUCCEEDED);
      assertThat(Duration.between(before, start.get()))
          .isBetween(Duration.ofMillis(700), Duration.ofMillis(1_000));
    }

    @Test
    void an_idempotency_key_makes_a_double_click_one_job() {
      EnqueueOptions once = EnqueueOptions.defaults().idempotencyKey("welcome:7");
      Enqueued first = holdfast.enqueue(new Mail(7), once);
      Enqueued second = holdfast.enqueue(new Mail(7), once);
      assertThat(first.created()).isTrue();
      assertThat(second).isEqualTo(new Enqueued(first.id(), Enqueued.Rule.IDEMPOTENCY_KEY));
      assertThat(holdfast.queue("mail").stats().ready()).isEqualTo(1);
    }

    @Test
    void a_paused_queue_keeps_its_jobs_until_it_is_resumed() {
      ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
      on((mail, context) -> seen.add(mail.number()));
      awaitState(enqueue(1), JobState.SUCCEEDED);
      holdfast.queue("mail").pause();
      JobId id = enqueue(2);
      // Long enough for several turns of the idle worker.
      await().during(Duration.ofMillis(1_200)).atMost(SOON).until(() -> seen.size() == 1);
      assertThat(holdfast.queue("mail").stats().paused()).isTrue();
      holdfast.queue("mail").resume();
      awaitState(id, JobState.SUCCEEDED);
    }

    @Test
    void a_job_of_an_unknown_type_waits_for_a_worker_that_knows_it() {
      start(Worker.on(holdfast).handler(Mail.class, (mail, context) -> {}).queue("mail", 1));
      JobId id = holdfast.enqueue(new Sum(1, 1)).id();
      await().atMost(SOON).until(() -> status(id).reason() == StateReason.MISSED);
      assertThat(status(id).counters().misses()).isEqualTo(1);
      assertThat(status(id).counters().failures()).isZero();
      start(Worker.on(holdfast).handler(Sum.class, (sum, context) -> {}).queue("mail", 1));
      await().atMost(Duration.ofSeconds(20)).until(() -> status(id).state() == JobState.SUCCEEDED);
    }

    @Test
    void higher_lanes_come_first() {
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      holdfast.enqueue(new Mail(3), EnqueueOptions.defaults().priority(Priority.LOW));
      holdfast.enqueue(new Mail(2));
      JobId last =
          holdfast.enqueue(new Mail(1), EnqueueOptions.defaults().priority(Priority.HIGH)).id();
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> order.add(mail.number()))
              .queue("mail", 1));
      await().atMost(SOON).until(() -> order.size() == 3);
      assertThat(order).containsExactly(1, 2, 3);
      awaitState(last, JobState.SUCCEEDED);
    }
  }

  @Nested
  class Slots {
    @Test
    void no_more_run_at_once_than_a_queue_and_a_handler_allow() {
      Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
      Map<String, Integer> most = new ConcurrentHashMap<>();
      HandlerOptions two = HandlerOptions.builder().concurrency(2).build();
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> busy(running, most, "mail"))
              .handler(Sum.class, two, (sum, context) -> busy(running, most, "sum"))
              .queue("mail", 6));
      List<JobId> ids = new ArrayList<>();
      for (int n = 0; n < 60; n++) {
        ids.add(holdfast.enqueue(n % 2 == 0 ? new Mail(n) : new Sum(n, n)).id());
      }
      ids.forEach(id -> awaitState(id, JobState.SUCCEEDED));
      assertThat(most.get("sum")).isLessThanOrEqualTo(2);
      assertThat(most.get("mail")).isLessThanOrEqualTo(6);
      assertThat(most.get("all")).isBetween(2, 6);
    }

    private void busy(Map<String, AtomicInteger> running, Map<String, Integer> most, String kind)
        throws InterruptedException {
      for (String of : List.of(kind, "all")) {
        int now = running.computeIfAbsent(of, k -> new AtomicInteger()).incrementAndGet();
        most.merge(of, now, Math::max);
      }
      try {
        boolean never = new CountDownLatch(1).await(3, TimeUnit.MILLISECONDS);
        assertThat(never).isFalse();
      } finally {
        running.get(kind).decrementAndGet();
        running.get("all").decrementAndGet();
      }
    }

    @Test
    void more_slots_than_one_consumer_may_have_are_used() throws InterruptedException {
      CountDownLatch all = new CountDownLatch(200);
      CountDownLatch go = new CountDownLatch(1);
      start(
          Worker.on(holdfast)
              .handler(
                  Mail.class,
                  (mail, context) -> {
                    all.countDown();
                    go.await();
                  })
              .queue("mail", 200));
      List<Mail> jobs = IntStream.range(0, 210).mapToObj(Mail::new).toList();
      holdfast.enqueueAll(jobs);
      assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(holdfast.queue("mail").stats().active()).isEqualTo(200);
      go.countDown();
      await().atMost(SOON).until(() -> holdfast.queue("mail").stats().done() == 210);
    }

    @Test
    void strict_order_empties_the_first_queue_before_the_second() {
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      for (int n = 0; n < 30; n++) {
        holdfast.enqueue(new Mail(100 + n), EnqueueOptions.defaults().queue("later"));
        holdfast.enqueue(new Mail(n), EnqueueOptions.defaults().queue("first"));
      }
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> order.add(mail.number()))
              .queues(1, QueueOrder.strict("first", "later")));
      await().atMost(SOON).until(() -> order.size() == 60);
      assertThat(order.stream().limit(30)).allMatch(number -> number < 100);
    }

    @Test
    void weighted_queues_both_get_their_share() {
      ConcurrentLinkedQueue<Integer> order = new ConcurrentLinkedQueue<>();
      holdfast.enqueueAll(
          IntStream.range(0, 200).mapToObj(Mail::new).toList(),
          EnqueueOptions.defaults().queue("much"));
      holdfast.enqueueAll(
          IntStream.range(1_000, 1_200).mapToObj(Mail::new).toList(),
          EnqueueOptions.defaults().queue("little"));
      start(
          Worker.on(holdfast)
              .handler(Mail.class, (mail, context) -> order.add(mail.number()))
              .queues(1, QueueOrder.weighted(Map.of("much", 9, "little", 1))));
      await().atMost(SOON).until(() -> order.size() == 400);
      long little = order.stream().limit(150).filter(n -> n >= 1_000).count();
      assertThat(little).isBetween(1L, 60L);
    }
  }

  @Nested
  class Closing {
    @Test
    void close_waits_for_what_runs_and_hands_back_what_does_not_end() throws InterruptedException {
      CountDownLatch running = new CountDownLatch(2);
      Worker worker =
          on(
              (mail, context) -> {
                running.countDown();
                if (mail.number() == 1) {
                  boolean never = new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
                  assertThat(never).isFalse();
                } else {
                  new CountDownLatch(1).await();
                }
              });
      JobId ends = enqueue(1);
      JobId hangs = enqueue(2);
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      worker.close();
      worker.close();
      assertThat(status(ends).state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(status(hangs).state()).isEqualTo(JobState.READY);
      assertThat(status(hangs).reason()).isEqualTo(StateReason.RELEASED);
      assertThat(status(hangs).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    }

    @Test
    void a_running_worker_is_up_and_a_closed_one_is_down() {
      Worker worker = on((mail, context) -> {});
      awaitState(enqueue(1), JobState.SUCCEEDED);
      assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.UP);
      assertThat(worker.health().sinceLastTurn()).containsKey("mail");
      worker.close();
      assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.DOWN);
    }
  }

  @Nested
  class Registering {
    @HandlesJob(maxAttempts = 1)
    private static final class Once implements JobHandler<Mail> {
      @Override
      public void handle(Mail job, JobContext context) throws IOException {
        throw new IOException("always");
      }
    }

    @Test
    void annotated_settings_are_used_and_overridden() {
      Worker annotated = start(Worker.on(holdfast).handler(new Once()).queue("mail", 1));
      assertThat(awaitState(enqueue(1), JobState.DEAD).counters().failures()).isEqualTo(1);
      annotated.close();
      start(Worker.on(holdfast).handler(new Once(), QUICKLY).queue("mail", 1));
      assertThat(awaitState(enqueue(2), JobState.DEAD).counters().failures()).isEqualTo(3);
    }

    @Test
    void a_second_handler_for_a_type_is_refused() {
      assertThatThrownBy(
              () ->
                  Worker.on(holdfast)
                      .handler(Mail.class, (mail, context) -> {})
                      .handler(Mail.class, (mail, context) -> {})
                      .queue("mail", 1)
                      .start())
          .isInstanceOf(InvalidHandlerException.class)
          .hasMessageContaining("mail.welcome");
    }

    @Test
    void leases_that_leave_no_room_for_an_outage_are_refused() {
      assertThatThrownBy(
              () ->
                  Worker.on(holdfast)
                      .handler(Mail.class, (mail, context) -> {})
                      .queue("mail", 1)
                      .options(options().lease(Duration.ofMillis(1_800)).build())
                      .start())
          .isInstanceOf(InvalidHandlerException.class);
    }
  }

  @Test
  void the_checkpoint_of_a_lost_claim_is_refused() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    on(
        (mail, context) -> {
          running.countDown();
          try {
            go.await();
            context.checkpoint("cursor");
          } catch (LeaseLostException e) {
            thrown.set(e);
          }
        });
    JobId id = enqueue(1);
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    // As if it had been reaped: the record says that nobody holds it.
    try (var client = dev.holdfast.testkit.redis.RedisServer.shared().connect()) {
      client.command("HDEL", namespace + ":{mail}:track", id.key());
    }
    go.countDown();
    await().atMost(SOON).until(() -> thrown.get() != null);
  }
}
