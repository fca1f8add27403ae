package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.Event;
import dev.holdfast.event.EventType;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.StateReason;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole flows through a worker, on a clock that the test moves, without a server. */
@Timeout(30)
class FlowsOnMemoryTest {
  private static final Duration SOON = Duration.ofSeconds(8);
  private static final HandlerOptions ONCE =
      HandlerOptions.builder().retryPolicy(RetryPolicy.none()).build();

  @JobType(value = "order", queue = "orders")
  @Awaits(value = Stopped.class, key = "/id", cancels = true)
  record Order(String id) {}

  @JobType(value = "pack", queue = "orders")
  record Pack(String id) {}

  @EventType(value = "order.stopped", key = "/id")
  record Stopped(String id) {}

  @EventType(value = "order.paid", key = "/id")
  record Paid(String id, int cents) {}

  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private final Holdfast holdfast =
      Holdfast.on(engine, HoldfastOptions.builder().clock(time).build());
  private final List<Worker> workers = new ArrayList<>();
  private final Queue<String> did = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    holdfast.close();
    engine.close();
  }

  private void start(Worker.Builder builder) {
    WorkerOptions options =
        WorkerOptions.builder()
            .lease(Duration.ofHours(12))
            .extendPeriod(Duration.ofSeconds(30))
            .drainGrace(Duration.ofMillis(100))
            .interruptGrace(Duration.ofMillis(200))
            .drainInterruptGrace(Duration.ofMillis(500))
            .closeOnShutdown(false)
            .build();
    workers.add(builder.options(options).start());
  }

  private void work(FlowHandler<Order, String> flow) {
    start(Worker.on(holdfast).flow(Order.class, flow).queue("orders", 8));
  }

  private void workOnce(FlowHandler<Order, String> flow) {
    start(
        Worker.on(holdfast)
            .flow(Order.class, ONCE, FlowOptions.defaults(), flow)
            .queue("orders", 8));
  }

  private JobId order() {
    return holdfast.enqueue(new Order("o1")).id();
  }

  private JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  private RunStatus run(JobId id) {
    return holdfast.runs().status(id).orElseThrow();
  }

  private JobStatus awaitState(JobId id, JobState state) {
    await("job " + id + " is " + state)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(() -> assertThat(status(id).state()).isEqualTo(state));
    return status(id);
  }

  private void note(String what) {
    did.add(what);
  }

  private String result(JobId id) {
    return holdfast.result(id, String.class).orElse("none");
  }

  @Nested
  class Going {
    @Test
    void a_run_sleeps_for_a_week_and_does_no_step_twice() {
      work(
          (steps, order) -> {
            String charge =
                steps.run(
                    "charge",
                    String.class,
                    s -> {
                      note("charge");
                      return "ch_" + order.id();
                    });
            steps.sleep("before review", Duration.ofDays(7));
            steps.run("ask", s -> note("ask " + s.idempotencyKey()));
            return charge;
          });
      JobId id = order();
      awaitState(id, JobState.WAITING);
      assertThat(run(id).wakeAt()).contains(ManualTime.START.plus(Duration.ofDays(7)));
      assertThat(run(id).step("charge").orElseThrow().value()).isEqualTo("\"ch_o1\"");

      time.advance(Duration.ofDays(7));
      awaitState(id, JobState.SUCCEEDED);

      assertThat(did).containsExactly("charge", "ask " + id + ":ask");
      assertThat(result(id)).isEqualTo("ch_o1");
      assertThat(run(id).version()).isEqualTo("1");
      assertThat(status(id).counters().failures()).isZero();
    }

    @Test
    void a_step_that_fails_is_attempted_again_after_a_wait_that_is_no_failure_of_the_job() {
      AtomicInteger attempts = new AtomicInteger();
      work(
          (steps, order) ->
              steps.run(
                  "flaky",
                  String.class,
                  s -> {
                    if (attempts.incrementAndGet() < 3) {
                      throw new IOException("no " + s.attempt());
                    }
                    return "attempt " + s.attempt();
                  }));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      assertThat(run(id).step("flaky").orElseThrow().failure().message()).isEqualTo("no 1");
      time.advance(Duration.ofMinutes(1));
      await().atMost(SOON).until(() -> attempts.get() == 2);
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofMinutes(1));
      awaitState(id, JobState.SUCCEEDED);

      assertThat(result(id)).isEqualTo("attempt 3");
      assertThat(status(id).counters().failures()).isZero();
    }

    @Test
    void a_failure_outside_of_steps_is_one_of_the_job_and_keeps_the_steps() {
      AtomicInteger calls = new AtomicInteger();
      work(
          (steps, order) -> {
            steps.run("once", s -> note("once"));
            if (calls.incrementAndGet() == 1) {
              throw new IOException("outside");
            }
            return "attempt " + steps.attempt();
          });
      JobId id = order();
      awaitState(id, JobState.SCHEDULED);
      time.advance(Duration.ofMinutes(1));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(did).containsExactly("once");
      assertThat(result(id)).isEqualTo("attempt 2");
    }

    @Test
    void branches_are_done_each_once_and_the_earliest_wakes_the_run() {
      work(
          (steps, order) -> {
            List<String> done = new ArrayList<>();
            steps.parallel(
                "fulfil",
                p -> {
                  StepFuture<String> confirm =
                      p.run(
                          "confirm",
                          String.class,
                          s -> {
                            note("confirm");
                            return "confirmed";
                          });
                  StepFuture<String> late =
                      p.branch(
                          "late",
                          branch -> {
                            branch.sleep("a day", Duration.ofDays(1));
                            branch.run("then", s -> note("late"));
                            return "late";
                          });
                  StepFuture<String> later =
                      p.branch(
                          "later",
                          branch -> {
                            branch.sleep("two days", Duration.ofDays(2));
                            branch.run("then", s -> note("later"));
                            return "later";
                          });
                  done.add(confirm.get());
                  done.add(late.get());
                  done.add(later.get());
                });
            return String.join(" ", done);
          });
      JobId id = order();
      awaitState(id, JobState.WAITING);
      assertThat(run(id).waiting()).hasSize(2);
      time.advance(Duration.ofDays(1));
      await().atMost(SOON).until(() -> did.contains("late"));
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofDays(1));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(did).containsExactly("confirm", "late", "later");
      assertThat(result(id)).isEqualTo("confirmed late later");
      assertThat(run(id).step("fulfil/late/a day")).isPresent();
    }
  }

  @Nested
  class Hearing {
    @Test
    void a_run_gets_the_event_it_waits_for() {
      work(
          (steps, order) ->
              steps
                  .waitFor("paid", Wait.on(Paid.class).key(order.id()).within(Duration.ofDays(3)))
                  .map(Event::payload)
                  .map(paid -> "paid " + paid.cents())
                  .orElse("expired"));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      holdfast.events().publish(new Paid("other", 1));
      start(Worker.on(holdfast).queue("holdfast.events", 2));
      holdfast.events().publish(new Paid("o1", 42));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("paid 42");
    }

    @Test
    void a_wait_ends_with_its_time() {
      work(
          (steps, order) -> {
            Optional<Event<Paid>> paid =
                steps.waitFor(
                    "paid", Wait.on(Paid.class).key(order.id()).within(Duration.ofDays(3)));
            return paid.isPresent() ? "paid" : "expired";
          });
      JobId id = order();
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofDays(3));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("expired");
    }

    @Test
    void a_run_calls_a_job_and_gets_its_result() {
      start(
          Worker.on(holdfast)
              .flow(
                  Order.class,
                  (steps, order) ->
                      steps.call("pack", new Pack(order.id()), String.class) + " and sent")
              .resultHandler(
                  Pack.class,
                  (pack, context) -> {
                    note("pack");
                    return "packed " + pack.id();
                  })
              .queue("orders", 8));
      JobId id = order();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("packed o1 and sent");
      assertThat(did).containsExactly("pack");
    }

    @Test
    void a_job_that_dies_fails_the_step_that_called_it() {
      start(
          Worker.on(holdfast)
              .flow(
                  Order.class,
                  (steps, order) -> {
                    try {
                      return steps.call("pack", new Pack(order.id()), String.class);
                    } catch (StepFailedException e) {
                      return e.failure().message();
                    }
                  })
              .handler(
                  Pack.class,
                  ONCE,
                  (pack, context) -> {
                    throw new IOException("no box");
                  })
              .queue("orders", 8));
      JobId id = order();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("no box");
    }

    @Test
    void a_run_that_continues_as_another_ends_without_a_result() {
      work(
          (steps, order) -> {
            steps.run("turn", s -> note(order.id()));
            if (order.id().equals("o1")) {
              throw steps.continueAs(new Order("o2"));
            }
            return "end";
          });
      JobId id = order();
      awaitState(id, JobState.SUCCEEDED);
      await().atMost(SOON).until(() -> did.size() == 2);
      assertThat(did).containsExactly("o1", "o2");
      assertThat(result(id)).isEqualTo("none");
    }
  }

  /** Says what it is told. */
  private final class Telling implements FlowHandler<Order, String> {
    private final FlowHandler<Order, String> code;

    Telling(FlowHandler<Order, String> code) {
      this.code = code;
    }

    @Override
    public String run(Steps steps, Order order) throws Exception {
      return code.run(steps, order);
    }

    @Override
    public void onFailure(Steps steps, Order order, Failure failure) {
      steps.sleep("a moment", Duration.ofMinutes(5));
      steps.run("tell", s -> note("failed: " + failure.message()));
    }

    @Override
    public void onCancel(Steps steps, Order order) {
      steps.run("undo", s -> note("undone"));
      steps.sleep("a moment", Duration.ofMinutes(5));
      steps.run("tell", s -> note("cancelled"));
    }
  }

  @Nested
  class Ending {
    @Test
    void a_step_that_has_failed_for_good_kills_the_run_which_goes_on_there_when_redriven() {
      AtomicInteger broken = new AtomicInteger(1);
      work(
          new Telling(
              (steps, order) -> {
                steps.run("first", s -> note("first"));
                steps.run(
                    "second",
                    s -> {
                      note("second");
                      if (broken.getAndDecrement() > 0) {
                        throw new NonRetriableException("broken");
                      }
                    });
                return "done";
              }));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofMinutes(5));
      JobStatus dead = awaitState(id, JobState.DEAD);
      assertThat(dead.reason()).isEqualTo(StateReason.NON_RETRIABLE);
      assertThat(dead.lastFailure().orElseThrow().message()).isEqualTo("broken");
      assertThat(did).containsExactly("first", "second", "failed: broken");
      assertThat(run(id).step("second").orElseThrow().state()).isEqualTo(RunStatus.State.FAILED);

      assertThat(holdfast.runs().resume(id)).isTrue();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(did).containsExactly("first", "second", "failed: broken", "second");
    }

    @Test
    void a_caught_failure_of_a_step_is_the_same_at_every_call() {
      work(
          (steps, order) -> {
            try {
              steps.run(
                  "charge",
                  StepOptions.retries(0),
                  s -> {
                    note("charge");
                    throw new IOException("declined");
                  });
              return "charged";
            } catch (StepFailedException e) {
              steps.sleep("an hour", Duration.ofHours(1));
              return e.failure().message() + " " + e.causeIs(IOException.class);
            }
          });
      JobId id = order();
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofHours(1));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(did).containsExactly("charge");
      assertThat(result(id)).isEqualTo("declined true");
    }

    @Test
    void a_run_out_of_attempts_is_told_before_it_is_dead() {
      workOnce(
          new Telling(
              (steps, order) -> {
                throw new IOException("outside");
              }));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofMinutes(5));
      JobStatus dead = awaitState(id, JobState.DEAD);
      assertThat(dead.reason()).isEqualTo(StateReason.EXHAUSTED);
      assertThat(did).containsExactly("failed: outside");
    }

    @Test
    void a_run_that_waits_is_told_of_its_cancel_and_then_cancelled() {
      work(
          new Telling(
              (steps, order) -> {
                steps.run("first", s -> note("first"));
                steps.sleep("long", Duration.ofDays(300));
                return "slept";
              }));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      holdfast.cancel(id);
      await().atMost(SOON).until(() -> did.contains("undone"));
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofMinutes(5));
      awaitState(id, JobState.CANCELLED);
      assertThat(did).containsExactly("first", "undone", "cancelled");
    }

    @Test
    void an_event_cancels_a_run() {
      work(
          new Telling(
              (steps, order) -> {
                steps.sleep("long", Duration.ofDays(300));
                return "slept";
              }));
      start(Worker.on(holdfast).queue("holdfast.events", 2));
      JobId id = order();
      awaitState(id, JobState.WAITING);
      holdfast.events().publish(new Stopped("o1"));
      await().atMost(SOON).until(() -> did.contains("undone"));
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofMinutes(5));
      awaitState(id, JobState.CANCELLED);
      assertThat(status(id).reason()).isEqualTo(StateReason.DISCARDED);
      assertThat(did).containsExactly("undone", "cancelled");
    }

    @Test
    void a_drain_ends_a_step_without_a_failure_of_it() throws Exception {
      CountDownLatch inStep = new CountDownLatch(1);
      AtomicInteger calls = new AtomicInteger();
      work(
          (steps, order) ->
              steps.run(
                  "long",
                  String.class,
                  s -> {
                    if (calls.incrementAndGet() == 1) {
                      inStep.countDown();
                      new CountDownLatch(1).await();
                    }
                    return "attempt " + s.attempt();
                  }));
      JobId id = order();
      assertThat(inStep.await(8, TimeUnit.SECONDS)).isTrue();
      workers.get(0).close();
      assertThat(status(id).state()).isEqualTo(JobState.READY);
      work((steps, order) -> steps.run("long", String.class, s -> "attempt " + s.attempt()));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("attempt 1");
    }

    @Test
    void a_step_that_takes_too_long_is_interrupted_and_fails() {
      work(
          (steps, order) -> {
            try {
              steps.run(
                  "slow",
                  StepOptions.builder().retries(0).timeout(Duration.ofMillis(20)).build(),
                  s -> new CountDownLatch(1).await());
              return "done";
            } catch (StepFailedException e) {
              return e.failure().type();
            }
          });
      JobId id = order();
      awaitState(id, JobState.SUCCEEDED);
      assertThat(result(id)).isEqualTo("timeout");
    }

    @Test
    void what_swallows_a_suspension_is_dropped() {
      work(
          (steps, order) -> {
            try {
              steps.sleep("a day", Duration.ofDays(1));
            } catch (Throwable t) {
              note("caught");
            }
            return "end at " + Instant.EPOCH;
          });
      JobId id = order();
      awaitState(id, JobState.WAITING);
      time.advance(Duration.ofDays(1));
      awaitState(id, JobState.SUCCEEDED);
      assertThat(did).containsExactly("caught");
    }
  }
}
