package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.CancelResult;
import dev.holdfast.EnqueueOptions;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.job.StateReason;
import dev.holdfast.testkit.FaultyEngine;
import dev.holdfast.testkit.redis.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * How handlers end an attempt themselves, what they leave with their job, and how a job is
 * cancelled.
 */
class WorkerVerbsIT extends WorkerFixture {
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
    JobStatus status = awaitState(enqueue(1), JobState.CANCELLED);
    assertThat(status.reason()).isEqualTo(StateReason.DISCARDED);
    assertThat(status.counters().failures()).isZero();
    assertThat(status.lastFailure().orElseThrow().message()).isEqualTo("nothing left to do");
  }

  @Test
  void retry_at_is_a_failure_that_sets_its_own_wait() {
    InstantSource clock = InstantSource.system();
    on((mail, context) -> context.retryAt(clock.instant().plusMillis(1)));
    JobStatus status = awaitState(enqueue(1), JobState.DEAD);
    assertThat(status.counters().failures()).isEqualTo(3);
    assertThat(status.reason()).isEqualTo(StateReason.EXHAUSTED);
  }

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "notes are best effort: one that gets no answer is dropped")
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
    await().atMost(SOON).until(() -> status(id).progress() != null && !status(id).log().isEmpty());
    assertThat(status(id).progress()).isEqualTo(new JobStatus.Progress(0.5, "half"));
    assertThat(status(id).state()).isEqualTo(JobState.ACTIVE);
    assertThat(status(id).log()).hasSize(1);
    go.countDown();
    awaitState(id, JobState.SUCCEEDED);
  }

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "a checkpoint that gets no answer fails its attempt")
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

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "a checkpoint that gets no answer is not known to be refused")
  void the_checkpoint_of_a_lost_claim_is_refused() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    on(
        (mail, context) -> {
          running.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            // An extension has told of the loss before the checkpoint does.
          }
          try {
            context.checkpoint("cursor");
          } catch (LeaseLostException e) {
            thrown.set(e);
          }
        });
    JobId id = enqueue(1);
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    // As if it had been reaped: the record says that nobody holds it.
    try (var client = RedisServer.shared().connect()) {
      client.command("HDEL", namespace + ":{mail}:track", id.key());
    }
    go.countDown();
    await().atMost(SOON).until(() -> thrown.get() != null);
  }
}
