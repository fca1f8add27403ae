package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a worker makes of handlers that fail, and of the dead letters they leave. */
class WorkerFailureIT extends WorkerFixture {
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
    assertThat(letter.history().get(2).failure().stackTrace()).contains("WorkerFailureIT");
    assertThat(holdfast.deadLetters("mail").list(null, 10).items()).hasSize(1);

    mended.set(true);
    assertThat(holdfast.deadLetters("mail").redrive(id)).isEqualTo(RedriveResult.REDRIVEN);
    JobStatus status = awaitState(id, JobState.SUCCEEDED);
    assertThat(status.counters().failures()).isZero();
    assertThat(holdfast.deadLetters("mail").size()).isZero();
    assertThat(holdfast.deadLetters("mail").redrive(id)).isEqualTo(RedriveResult.NOT_DEAD);
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
    IntStream.range(0, 40).forEach(this::enqueue);
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
            .exceptionRule(ExceptionRule.nonRetriable(IllegalArgumentException.class))
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
    assertThat(awaitState(enqueue(1), JobState.DEAD).reason()).isEqualTo(StateReason.NON_RETRIABLE);
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
            throw mail.number() % 2 == 0 ? new StackOverflowError() : new OutOfMemoryError("test");
          }
        });
    List<JobId> ids = IntStream.range(0, 12).mapToObj(this::enqueue).toList();
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
        QUICKLY.toBuilder().timeout(Duration.ofMillis(100)).retryPolicy(RetryPolicy.none()).build();
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
