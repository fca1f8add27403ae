package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the assertions let pass, and what they say when they do not. */
@Timeout(30)
@HoldfastTest
class HoldfastAssertionsTest {
  private static final HandlerOptions TWICE =
      HandlerOptions.builder()
          .retryPolicy(RetryPolicy.exponential(2, Duration.ofMinutes(1), Duration.ofMinutes(1)))
          .build();
  private static final JobHandler<Mail> FAILS =
      (mail, context) -> {
        throw new IOException("mail server is away, 50%!");
      };

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @JobType(value = "sum", queue = "mail")
  record Sum(int a, int b) {}

  record Total(int value) {}

  private static String failure(ThrowingCallable assertion) {
    try {
      assertion.call();
    } catch (AssertionError e) {
      return e.getMessage();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    throw new IllegalStateException("the assertion passed");
  }

  @Nested
  class OnAJob {
    @Test
    void each_state_is_told_from_the_others(
        Holdfast holdfast, InMemoryEngine engine, TestWorkers workers) {
      JobId ready = holdfast.enqueue(new Mail(1)).id();
      JobId later = holdfast.enqueue(new Mail(2), EnqueueOptions.in(Duration.ofHours(1))).id();
      assertThat(holdfast).job(ready).isReady().withReason(StateReason.ENQUEUED).hasFailures(0);
      assertThat(holdfast)
          .job(later)
          .isScheduled()
          .isScheduledFor(ManualTime.START.plus(Duration.ofHours(1)));
      holdfast.cancel(later);
      assertThat(holdfast).job(later).isCancelled().withReason(StateReason.CANCELLED_ON_REQUEST);

      workers.start(
          worker ->
              worker
                  .handler(
                      Mail.class,
                      (mail, context) -> {
                        throw new NonRetriableException("no such address");
                      })
                  .resultHandler(Sum.class, adding()));
      JobId sum = holdfast.enqueue(new Sum(2, 3)).id();
      engine.letPass(Duration.ZERO);

      assertThat(holdfast)
          .job(ready)
          .isDead()
          .withReason(StateReason.NON_RETRIABLE)
          .lastFailedWith(NonRetriableException.class)
          .lastFailedWithMessage("such address")
          .has("no progress", job -> job.progress() == null);
      assertThat(holdfast).job(sum).hasSucceeded().hasResult(new Total(5));
      assertThat(holdfast).job(new JobId("mail", 0, "00000000000000000000000000")).isUnknown();
    }

    private ResultHandler<Sum, Total> adding() {
      return (sum, context) -> new Total(sum.a() + sum.b());
    }

    @Test
    void a_failure_shows_state_reason_counters_and_last_failure(
        Holdfast holdfast, InMemoryEngine engine, TestWorkers workers) {
      workers.start(worker -> worker.handler(Mail.class, TWICE, FAILS));
      JobId id = holdfast.enqueue(new Mail(1)).id();
      engine.letPass(Duration.ofHours(1));

      String text = failure(() -> assertThat(holdfast).job(id).hasSucceeded());

      assertThat(text)
          .startsWith(
              "Expected job "
                  + id
                  + " (mail.welcome) to be SUCCEEDED\n"
                  + "but it is DEAD by reason EXHAUSTED since 2030-01-01T00:0")
          .contains("\n  failures 2, claims 2, crashes 0, misses 0, snoozes 0")
          .contains("\n  last failure, attempt 2 at 2030-01-01T00:0")
          .contains("\n    java.io.IOException: mail server is away, 50%!\n    at ");
    }

    @Test
    void each_step_fails_when_it_is_not_so(Holdfast holdfast) {
      JobId id = holdfast.enqueue(new Mail(1), EnqueueOptions.in(Duration.ofHours(1))).id();
      Instant due = ManualTime.START.plus(Duration.ofHours(1));
      JobAssert job = assertThat(holdfast).job(id);

      assertThat(failure(() -> job.isScheduledFor(due.plusMillis(1))))
          .contains("to be SCHEDULED for 2030-01-01T01:00:00.001Z")
          .contains("due at " + due)
          .contains("no attempt failed");
      assertThat(failure(() -> job.hasState(JobState.ACTIVE))).contains("to be ACTIVE");
      assertThat(failure(job::isUnknown)).contains("to be unknown\nbut it is SCHEDULED");
      assertThat(failure(() -> job.withReason(StateReason.RETRY))).contains("by reason RETRY");
      assertThat(failure(() -> job.hasFailures(1))).contains("to have 1 failures");
      assertThat(failure(() -> job.lastFailedWith(IOException.class))).contains("IOException");
      assertThat(failure(() -> job.lastFailedWithMessage("away"))).contains("\"away\"");
      assertThat(failure(() -> job.hasResult("x")))
          .contains("to have result x\nbut its result is none: it is SCHEDULED");
      assertThat(failure(() -> job.has("a log", status -> !status.log().isEmpty())))
          .contains("to have a log");
    }

    @Test
    void an_unknown_job_is_called_so(Holdfast holdfast) {
      JobId id = new JobId("mail", 0, "00000000000000000000000000");

      assertThat(failure(() -> assertThat(holdfast).job(id).as("welcome").isReady()))
          .isEqualTo(
              "[welcome] Expected job "
                  + id
                  + " to be READY\n"
                  + "but it is unknown: never enqueued here, deleted, or its retention is over");
    }
  }

  @Nested
  class OnAQueue {
    @Test
    void jobs_are_counted_by_where_they_stand(
        Holdfast holdfast, InMemoryEngine engine, TestWorkers workers) {
      assertThat(holdfast).queue("mail").isEmpty().isNotPaused();
      holdfast.enqueue(new Mail(1));
      holdfast.enqueue(new Mail(2), EnqueueOptions.in(Duration.ofHours(1)));
      holdfast.queue("mail").pause();
      assertThat(holdfast).queue("mail").hasReady(1).hasScheduled(1).hasActive(0).isPaused();

      assertThat(failure(() -> assertThat(holdfast).queue("mail").isEmpty()))
          .isEqualTo(
              "Expected queue mail to be empty\n"
                  + "but it has 1 ready, 1 scheduled, 0 active, 0 done and 0 dead jobs, the next"
                  + " one due at 2030-01-01T01:00:00Z, and is paused");
      assertThat(failure(() -> assertThat(holdfast).queue("mail").hasReady(2)))
          .startsWith("Expected queue mail to have 2 ready jobs\n");
      assertThat(failure(() -> assertThat(holdfast).queue("mail").isNotPaused()))
          .startsWith("Expected queue mail not to be paused\n");

      holdfast.queue("mail").resume();
      workers.start(
          worker ->
              worker.handler(
                  Mail.class,
                  TWICE,
                  (mail, context) -> {
                    if (mail.number() == 1) {
                      throw context.bury("on purpose");
                    }
                  }));
      engine.letPass(Duration.ofHours(1));
      assertThat(holdfast).queue("mail").isEmpty().hasDone(1).hasDead(1);
    }
  }

  @Nested
  class OnDeadLetters {
    @Test
    void a_letter_is_found_and_looked_into(
        Holdfast holdfast, InMemoryEngine engine, TestWorkers workers) {
      assertThat(holdfast).deadLetters("mail").isEmpty();
      workers.start(worker -> worker.handler(Mail.class, TWICE, FAILS));
      JobId id = holdfast.enqueue(new Mail(42)).id();
      engine.letPass(Duration.ofHours(1));

      assertThat(holdfast).deadLetters("mail").hasSize(1);
      assertThat(holdfast)
          .deadLetters("mail")
          .letter(id)
          .withReason(StateReason.EXHAUSTED)
          .ofType("mail.welcome")
          .hasFailures(2)
          .lastFailedWith(IOException.class)
          .lastFailedWithMessage("away")
          .hasPayloadContaining("42");
      assertThat(failure(() -> assertThat(holdfast).deadLetters("mail").isEmpty()))
          .startsWith("Expected the dead letters of queue mail to number 0\nbut they number 1\n")
          .contains(id + ": it is dead by reason EXHAUSTED since 2030-01-01T00:0")
          .contains("payload: {\"number\":42}")
          .contains("mail server is away");
      DeadLetterAssert letter = assertThat(holdfast.deadLetters("mail").read(id).orElseThrow());
      assertThat(failure(() -> letter.withReason(StateReason.POISON)))
          .startsWith("Expected dead letter " + id + " (mail.welcome) to be dead by reason POISON");
      assertThat(failure(() -> letter.ofType("sum"))).contains("to be of type sum");
      assertThat(failure(() -> letter.hasFailures(1))).contains("to have 1 failures");
      assertThat(failure(() -> letter.lastFailedWith(Exception.class))).contains("to have failed");
      assertThat(failure(() -> letter.lastFailedWithMessage("no"))).contains("containing \"no\"");
      assertThat(failure(() -> letter.hasPayloadContaining("43"))).contains("containing 43");

      holdfast.deadLetters("mail").redrive(id);
      assertThat(holdfast).deadLetters("mail").doesNotContain(id);
    }

    @Test
    void a_letter_that_is_not_there_fails(Holdfast holdfast) {
      JobId id = holdfast.enqueue(new Mail(1)).id();

      assertThat(failure(() -> assertThat(holdfast).deadLetters("mail").letter(id)))
          .isEqualTo(
              "Expected the dead letters of queue mail to contain " + id + "\nbut they number 0");
    }
  }

  @Nested
  class Eventually {
    @Test
    void a_step_waits_until_it_is_so(Holdfast holdfast, TestWorkers workers) throws Exception {
      CountDownLatch goOn = new CountDownLatch(1);
      workers.start(worker -> worker.handler(Mail.class, (mail, context) -> goOn.await()));
      JobId id = holdfast.enqueue(new Mail(1)).id();

      assertThat(holdfast).eventually().job(id).isActive();
      assertThat(holdfast).eventually().queue("mail").hasActive(1);
      goOn.countDown();
      assertThat(holdfast).eventually().job(id).hasSucceeded();
      assertThat(holdfast).eventually().queue("mail").isEmpty();
    }

    @Test
    void a_letter_is_waited_for(Holdfast holdfast, TestWorkers workers) {
      JobId id = holdfast.enqueue(new Mail(1)).id();
      workers.start(
          worker ->
              worker.handler(
                  Mail.class,
                  (mail, context) -> {
                    throw new NonRetriableException("no");
                  }));

      assertThat(holdfast)
          .eventually()
          .deadLetters("mail")
          .letter(id)
          .withReason(StateReason.NON_RETRIABLE);
    }

    @Test
    void the_waiting_ends(Holdfast holdfast) {
      JobId id = holdfast.enqueue(new Mail(1)).id();

      assertThat(
              failure(
                  () -> assertThat(holdfast).within(Duration.ofMillis(20)).job(id).hasSucceeded()))
          .contains("to be SUCCEEDED\nbut it is READY by reason ENQUEUED")
          .endsWith("(waited 20 ms)");
    }

    @Test
    void an_interrupt_ends_the_waiting_and_is_kept(Holdfast holdfast) {
      JobId id = holdfast.enqueue(new Mail(1)).id();
      Thread.currentThread().interrupt();

      String text = failure(() -> assertThat(holdfast).eventually().job(id).hasSucceeded());

      assertThat(Thread.interrupted()).isTrue();
      assertThat(text).endsWith("(the thread was interrupted while it waited)");
    }

    @Test
    void patience_has_bounds(Holdfast holdfast) {
      assertThatThrownBy(() -> assertThat(holdfast).within(Duration.ofHours(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("patience is PT2H; it must be 0 to 1 h");
    }
  }
}
