package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.event.Awaits;
import dev.holdfast.event.EventType;
import dev.holdfast.event.Subscribes;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.Fork;
import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.NonRetriableException;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.worker.HandlerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs as the doors show and steer them, and as events and jobs reach them. */
@Timeout(60)
@HoldfastTest
class RunsDoorOnMemoryTest {
  @EventType(value = "trial.started", key = "/userId")
  record Started(int userId) {}

  @EventType(value = "billing.paid", key = "/userId")
  record Paid(int userId) {}

  @JobType(value = "trial", queue = "trials")
  @Awaits(value = Paid.class, key = "/userId")
  record Trial(int userId) {}

  @JobType(value = "order", queue = "orders")
  record Order(int number) {}

  @JobType(value = "twice", queue = "twices")
  record Twice(int number) {}

  /** Begins with an event, sleeps through the next, and finds it. */
  @Subscribes(Started.class)
  static final class TrialFlow implements FlowHandler<Trial, String> {
    @Override
    public String run(Steps steps, Trial trial) {
      steps.sleep("first days", Duration.ofDays(3));
      return steps
          .waitFor("paid", Wait.on(Paid.class).key("" + trial.userId()).within(Duration.ofDays(7)))
          .map(event -> "paid")
          .orElse("expired");
    }
  }

  private final Queue<String> ran = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean broken = new AtomicBoolean();

  @Test
  void runs_are_listed_by_the_version_they_began_with(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    JobId first = sleeping(holdfast, workers, engine, "1");
    JobId second = sleeping(holdfast, workers, engine, "2");

    assertThat(waiting(holdfast, "1")).containsExactly(first);
    assertThat(waiting(holdfast, "2")).containsExactly(second);
    assertThat(waiting(holdfast, null)).containsExactlyInAnyOrder(first, second);
    assertThat(waiting(holdfast, "3")).isEmpty();
  }

  private static JobId sleeping(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine, String version) {
    FlowHandler<Order, Void> flow =
        (steps, order) -> {
          steps.sleep("long", Duration.ofDays(30));
          return null;
        };
    workers.start(
        worker ->
            worker
                .flow(Order.class, HandlerOptions.asAnnotated(), FlowOptions.version(version), flow)
                .queue("orders", 2));
    JobId id = holdfast.enqueue(new Order(1)).id();
    engine.letPass(Duration.ofMinutes(1));
    workers.drain();
    return id;
  }

  private static List<JobId> waiting(Holdfast holdfast, @Nullable String version) {
    return holdfast.runs().list("orders", JobState.WAITING, version, null, 10).items().stream()
        .map(run -> run.job().id())
        .toList();
  }

  private String order(Steps steps, Order order) {
    steps.run("charge", step -> ran.add("charge " + order.number()));
    steps.run(
        "pack",
        StepOptions.retries(0),
        step -> {
          ran.add("pack " + order.number());
          if (broken.get()) {
            throw new NonRetriableException("broken");
          }
        });
    steps.sleep("before review", Duration.ofDays(7));
    return "done " + order.number();
  }

  private void work(TestWorkers workers) {
    workers.start(worker -> worker.flow(Order.class, this::order));
  }

  private static JobState state(Holdfast holdfast, JobId id) {
    return holdfast.status(id).orElseThrow().state();
  }

  @Test
  void an_event_starts_a_run_which_finds_what_came_while_it_slept(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    workers.start(worker -> worker.flow(new TrialFlow()));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> holdfast.events().subscribers(Started.class).equals(List.of("trial")));
    holdfast.events().publish(new Started(7));
    holdfast.events().publish(new Started(8));
    engine.letPass(Duration.ofSeconds(1));
    holdfast.events().publish(new Paid(7));
    engine.letPass(Duration.ofDays(11));

    List<JobStatus> runs = holdfast.queue("trials").jobs(JobState.SUCCEEDED, null, 10).items();
    assertThat(runs)
        .extracting(run -> holdfast.result(run.id(), String.class).orElseThrow())
        .containsExactlyInAnyOrder("paid", "expired");
  }

  @Test
  void a_run_waits_for_a_job_and_gets_its_result_or_its_failure(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    ResultHandler<Twice, Integer> twice =
        (job, context) -> {
          if (job.number() < 0) {
            throw new NonRetriableException("negative");
          }
          return 2 * job.number();
        };
    workers.start(
        worker ->
            worker
                .resultHandler(Twice.class, twice)
                .flow(
                    Order.class,
                    (steps, order) -> {
                      try {
                        return "" + steps.call("twice", new Twice(order.number()), Integer.class);
                      } catch (StepFailedException e) {
                        return "failed";
                      }
                    }));
    JobId good = holdfast.enqueue(new Order(21)).id();
    JobId bad = holdfast.enqueue(new Order(-1)).id();
    engine.letPass(Duration.ofMinutes(1));
    assertThat(holdfast.result(good, String.class)).contains("42");
    assertThat(holdfast.result(bad, String.class)).contains("failed");
  }

  @Test
  void a_run_is_shown_and_woken(Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(workers);
    JobId id = holdfast.enqueue(new Order(1)).id();
    engine.letPass(Duration.ofMinutes(1));

    RunStatus status = holdfast.runs().status(id).orElseThrow();
    assertThat(status.job().state()).isEqualTo(JobState.WAITING);
    assertThat(status.step("charge").orElseThrow().state()).isEqualTo(RunStatus.State.DONE);
    assertThat(status.wakeAt()).contains(ManualTime.START.plus(Duration.ofDays(7)));
    assertThat(holdfast.runs().wake(id)).isTrue();
    engine.letPass(Duration.ofMinutes(1));
    assertThat(state(holdfast, id)).isEqualTo(JobState.WAITING);
    engine.letPass(Duration.ofDays(7));
    assertThat(holdfast.result(id, String.class)).contains("done 1");
    assertThat(holdfast.runs().wake(id)).isFalse();
    assertThat(ran).containsExactly("charge 1", "pack 1");
  }

  @Test
  void a_dead_run_is_resumed_where_it_failed_and_forked_where_one_says(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    broken.set(true);
    work(workers);
    JobId one = holdfast.enqueue(new Order(1)).id();
    JobId two = holdfast.enqueue(new Order(2)).id();
    engine.letPass(Duration.ofMinutes(1));
    assertThat(state(holdfast, one)).isEqualTo(JobState.DEAD);
    broken.set(false);
    ran.clear();

    assertThatExceptionOfType(InvalidJobException.class)
        .isThrownBy(() -> holdfast.runs().fork(one, Fork.step("unknown")));
    JobId whole = holdfast.runs().fork(one, Fork.start()).orElseThrow();
    engine.letPass(Duration.ofDays(8));
    assertThat(ran).containsExactly("charge 1", "pack 1");
    assertThat(state(holdfast, whole)).isEqualTo(JobState.SUCCEEDED);
    ran.clear();

    assertThat(holdfast.runs().forkAll("orders", DeadLetterFilter.all(), Fork.step("pack"), 1_000))
        .isEqualTo(2);
    engine.letPass(Duration.ofDays(8));
    assertThat(ran).containsExactlyInAnyOrder("pack 1", "pack 2");
    ran.clear();

    assertThat(holdfast.runs().resume(two)).isTrue();
    assertThat(holdfast.runs().resume(two)).isFalse();
    engine.letPass(Duration.ofDays(8));
    assertThat(ran).containsExactly("pack 2");
    assertThat(state(holdfast, two)).isEqualTo(JobState.SUCCEEDED);
    assertThat(state(holdfast, one)).isEqualTo(JobState.DEAD);
    assertThat(holdfast.runs().fork(two, Fork.start())).isEmpty();
  }
}
