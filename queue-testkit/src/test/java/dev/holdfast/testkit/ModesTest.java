package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.testkit.HoldfastTest.Mode;
import dev.holdfast.worker.WorkerHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the workers of a test attempt what there is to do. */
@Timeout(60)
class ModesTest {
  @JobType(value = "order", queue = "orders")
  record Order(int number) {}

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @Nested
  @HoldfastTest(mode = Mode.STEP_BY_STEP)
  class StepByStep {
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private void work(Holdfast holdfast, TestWorkers workers) {
      workers.start(
          worker ->
              worker
                  .handler(
                      Order.class,
                      (order, context) -> {
                        ran.add("order " + order.number());
                        if (order.number() == 3 && context.attempt() == 1) {
                          throw new IOException("closed");
                        }
                        if (order.number() < 100) {
                          holdfast.enqueue(new Mail(order.number()));
                        }
                      })
                  .handler(Mail.class, (mail, context) -> ran.add("mail " + mail.number()))
                  .queue("orders", 4)
                  .queue("mail", 4));
    }

    @Test
    void nothing_runs_until_a_step_and_then_one_attempt(Holdfast holdfast, TestWorkers workers) {
      work(holdfast, workers);
      JobId one = holdfast.enqueue(new Order(1)).id();
      JobId two = holdfast.enqueue(new Order(2)).id();

      assertThat(workers.step().map(JobStatus::id)).contains(one);
      assertThat(ran).containsExactly("order 1");
      assertThat(holdfast).job(one).hasSucceeded();
      assertThat(holdfast).job(two).isReady();
      assertThat(holdfast).queue("mail").hasReady(1);

      assertThat(workers.step().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(workers.step()).isPresent();
      assertThat(workers.step()).isPresent();
      assertThat(workers.step()).isEmpty();
      assertThat(ran).containsExactly("order 1", "mail 1", "order 2", "mail 2");
    }

    @Test
    void a_step_tells_how_the_job_stands_and_a_retry_waits_for_its_time(
        Holdfast holdfast, TestWorkers workers, ManualTime time) {
      work(holdfast, workers);
      holdfast.enqueue(new Order(3));

      JobStatus failed = workers.step().orElseThrow();

      assertThat(failed.state()).isEqualTo(JobState.SCHEDULED);
      assertThat(failed.reason()).isEqualTo(StateReason.RETRY);
      assertThat(failed.counters().failures()).isEqualTo(1);
      assertThat(workers.step()).isEmpty();

      time.advance(Duration.ofMinutes(1));
      assertThat(workers.step().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void letting_time_pass_runs_all_and_what_comes_later_waits_for_a_step_again(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      holdfast.enqueue(new Order(1));
      work(holdfast, workers);
      holdfast.enqueue(new Order(3));
      engine.letPass(Duration.ZERO);
      assertThat(ran).containsExactlyInAnyOrder("order 1", "order 3", "mail 1");

      engine.letPass(Duration.ofMinutes(1));
      assertThat(ran).hasSize(5).endsWith("mail 3");

      JobId later = holdfast.enqueue(new Order(9)).id();
      assertThat(holdfast).job(later).isReady();
      assertThat(workers.step()).isPresent();
      assertThat(holdfast).job(later).hasSucceeded();
    }

    @Test
    void a_paused_queue_has_no_steps(Holdfast holdfast, TestWorkers workers) {
      work(holdfast, workers);
      holdfast.enqueue(new Order(100));
      holdfast.queue("orders").pause();
      assertThat(workers.step()).isEmpty();

      holdfast.queue("orders").resume();
      assertThat(workers.step()).isPresent();
      assertThat(ran).containsExactly("order 100");
    }

    @Test
    void a_queue_without_a_worker_has_no_steps(Holdfast holdfast, TestWorkers workers) {
      JobId id = holdfast.enqueue(new Order(1)).id();
      assertThat(workers.step()).isEmpty();
      assertThat(holdfast).job(id).isReady();
    }

    @Test
    void a_hundred_steps_take_the_jobs_in_order(Holdfast holdfast, TestWorkers workers) {
      work(holdfast, workers);
      work(holdfast, workers);
      for (int n = 100; n < 200; n++) {
        holdfast.enqueue(new Order(n));
      }
      for (int n = 100; n < 200; n++) {
        JobStatus status = workers.step().orElseThrow();
        assertThat(ran).last().isEqualTo("order " + n);
        assertThat(status.state()).isEqualTo(JobState.SUCCEEDED);
      }
    }
  }

  @Nested
  @HoldfastTest(mode = Mode.INLINE)
  class Inline {
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private void work(Holdfast holdfast, TestWorkers workers) {
      workers.start(
          worker ->
              worker
                  .handler(
                      Order.class,
                      (order, context) -> {
                        if (order.number() > 0) {
                          holdfast.enqueue(new Order(order.number() - 1));
                        }
                        holdfast.enqueue(new Mail(order.number()));
                        ran.add("order " + order.number());
                      })
                  .handler(
                      Mail.class,
                      (mail, context) -> {
                        if (mail.number() == 13 && context.attempt() == 1) {
                          throw new IOException("mail server is away");
                        }
                        ran.add("mail " + mail.number());
                      }));
    }

    @Test
    void an_enqueue_returns_after_the_job_and_what_it_enqueued_were_attempted(
        Holdfast holdfast, TestWorkers workers) {
      work(holdfast, workers);

      JobId id = holdfast.enqueue(new Order(2)).id();

      assertThat(holdfast).job(id).hasSucceeded();
      assertThat(ran)
          .containsExactlyInAnyOrder("order 2", "order 1", "order 0", "mail 2", "mail 1", "mail 0");
    }

    @Test
    void a_failure_is_an_outcome_and_its_retry_comes_with_time(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      work(holdfast, workers);

      JobId id = holdfast.enqueue(new Mail(13)).id();

      assertThat(holdfast).job(id).isScheduled().withReason(StateReason.RETRY).hasFailures(1);
      engine.letPass(Duration.ofMinutes(1));
      assertThat(holdfast).job(id).hasSucceeded();
    }

    @Test
    void every_way_to_enqueue_waits(Holdfast holdfast, TestWorkers workers) throws Exception {
      work(holdfast, workers);

      holdfast.enqueueAll(List.of(new Mail(1), new Mail(2)));
      assertThat(ran).containsExactlyInAnyOrder("mail 1", "mail 2");

      CompletableFuture<?> async = holdfast.enqueueAsync(new Mail(3));
      assertThat(ran).hasSize(3);
      assertThat(async.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void a_delayed_job_waits_and_one_nobody_serves_stays(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      JobId early = holdfast.enqueue(new Mail(1)).id();
      assertThat(holdfast).job(early).isReady();
      work(holdfast, workers);
      assertThat(holdfast).job(early).hasSucceeded();

      JobId later = holdfast.enqueue(new Mail(2), EnqueueOptions.in(Duration.ofHours(1))).id();
      assertThat(holdfast).job(later).isScheduled();
      engine.letPass(Duration.ofHours(1));
      assertThat(ran).containsExactly("mail 1", "mail 2");

      JobId unserved =
          holdfast.enqueue(new Mail(3), EnqueueOptions.defaults().queue("nobody")).id();
      assertThat(holdfast).job(unserved).isReady();
    }

    @Test
    void a_step_is_refused(TestWorkers workers) {
      assertThatThrownBy(workers::step)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("INLINE");
    }
  }

  @Test
  @HoldfastTest
  void closing_the_door_drains_the_workers_of_the_test(Holdfast holdfast, TestWorkers workers) {
    var worker = workers.start(with -> with.handler(Mail.class, (mail, context) -> {}));
    holdfast.close();
    assertThat(worker.health().status()).isEqualTo(WorkerHealth.Status.DOWN);
    assertThat(Optional.of(worker.options())).contains(workers.options());
  }
}
