package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.flow.DeadlinePassedException;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import dev.holdfast.worker.HandlerOptions;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that may not take for ever, and runs that may not begin too late. */
@Timeout(60)
@HoldfastTest
class FlowDeadlineTest {
  @JobType(value = "ship", queue = "parcels")
  record Ship(int days) {}

  private final Queue<String> did = new ConcurrentLinkedQueue<>();

  /** Packs, sleeps so many days, and sends. */
  private final class ShipFlow implements FlowHandler<Ship, String> {
    @Override
    public String run(Steps steps, Ship ship) {
      steps.run("pack", step -> did.add("pack"));
      steps.sleep("wait", Duration.ofDays(ship.days()));
      steps.run("send", step -> did.add("send"));
      return "sent";
    }

    @Override
    public void onFailure(Steps steps, Ship ship, Failure failure) {
      steps.sleep("think", Duration.ofDays(2));
      steps.run("tell", step -> did.add("tell " + failure.type()));
    }
  }

  private void work(TestWorkers workers, FlowOptions options) {
    workers.start(
        worker ->
            worker.flow(new ShipFlow(), HandlerOptions.asAnnotated(), options).queue("parcels", 4));
  }

  @Test
  void a_run_that_sleeps_past_its_deadline_is_woken_for_it_and_dies(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(workers, FlowOptions.defaults().deadline(Duration.ofDays(3)));
    JobId id = holdfast.enqueue(new Ship(7)).id();
    engine.letPass(Duration.ofDays(3).minusSeconds(1));
    assertThat(did).containsExactly("pack");
    assertThat(holdfast.status(id).orElseThrow().state()).isEqualTo(JobState.WAITING);

    engine.letPass(Duration.ofSeconds(2));
    assertThat(holdfast.runs().status(id).orElseThrow().waiting().toString()).contains("think");
    engine.letPass(Duration.ofDays(2));

    assertThat(did).containsExactly("pack", "tell " + DeadlinePassedException.class.getName());
    JobStatus dead = holdfast.status(id).orElseThrow();
    assertThat(dead.state()).isEqualTo(JobState.DEAD);
    assertThat(dead.reason()).isEqualTo(StateReason.NON_RETRIABLE);
    assertThat(dead.lastFailure().orElseThrow().message()).contains("PT72H").contains("wait");
  }

  @Test
  void a_run_that_ends_in_time_is_left_alone(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(
        workers,
        FlowOptions.defaults().deadline(Duration.ofDays(3)).startWithin(Duration.ofHours(1)));
    JobId id = holdfast.enqueue(new Ship(2)).id();
    engine.letPass(Duration.ofDays(4));
    assertThat(holdfast.result(id, String.class)).contains("sent");
    assertThat(did).containsExactly("pack", "send");
  }

  @Test
  void a_run_that_would_begin_too_late_dies_and_runs_when_it_is_redriven(
      Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
    work(workers, FlowOptions.defaults().startWithin(Duration.ofHours(1)));
    holdfast.queue("parcels").pause();
    JobId id = holdfast.enqueue(new Ship(1)).id();
    engine.letPass(Duration.ofHours(2));
    holdfast.queue("parcels").resume();
    engine.letPass(Duration.ofDays(3));

    assertThat(did).containsExactly("tell start-within");
    assertThat(holdfast.status(id).orElseThrow().state()).isEqualTo(JobState.DEAD);

    assertThat(holdfast.runs().resume(id)).isTrue();
    engine.letPass(Duration.ofDays(2));
    assertThat(holdfast.result(id, String.class)).contains("sent");
  }
}
