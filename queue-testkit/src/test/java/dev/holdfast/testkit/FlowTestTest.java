package dev.holdfast.testkit;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.event.EventType;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.RunStatus.Kind;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobType;
import dev.holdfast.job.StateReason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test of a flow can do and see. */
@Timeout(60)
class FlowTestTest {
  private static final Duration RECOVERED = Duration.ofMinutes(1);

  @JobType(value = "parcel.ship", queue = "parcels")
  record Ship(int parcel) {}

  @JobType(value = "parcel.label", queue = "labels")
  record PrintLabel(int parcel) {}

  @EventType(value = "parcel.picked", key = "/parcel")
  record Picked(int parcel, String by) {}

  private final List<String> ran = new CopyOnWriteArrayList<>();

  /** Labels, waits a day, waits for an event, ships. */
  private final class ShipFlow implements FlowHandler<Ship, String> {
    @Override
    public String run(Steps steps, Ship ship) {
      String label = steps.run("label", String.class, step -> noted("label"));
      steps.sleep("night", Duration.ofDays(1));
      String by =
          steps
              .waitFor(
                  "picked",
                  Wait.on(Picked.class).key("" + ship.parcel()).within(Duration.ofDays(7)))
              .map(event -> event.payload().by())
              .orElse("nobody");
      steps.run("ship", step -> noted("ship"));
      return label + " picked by " + by;
    }

    @Override
    public void onCancel(Steps steps, Ship ship) {
      steps.run("undo", step -> noted("undo"));
    }
  }

  private String noted(String what) {
    ran.add(what);
    return what;
  }

  @Test
  void a_run_goes_through_days_in_no_time_and_is_looked_at_between_them() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      test.start(new Ship(7));
      test.assertWaiting("night").wakesAt(ManualTime.START.plus(Duration.ofDays(1)));
      test.assertStep("label").isDone().isA(Kind.RUN).hasAttempts(1).hasJson("\"label\"");
      test.assertStep("night").isPending().and().hasNoStep("ship");

      test.advance(Duration.ofDays(1)).assertWaiting("picked");
      test.publish(new Picked(8, "Ann")).assertWaiting("picked");
      test.publish(new Picked(7, "Bob"));

      test.assertRun().hasSucceeded().hasSteps("label", "night", "picked", "ship");
      assertThat(test.result(String.class)).contains("label picked by Bob");
      assertThat(test.time().instant()).isEqualTo(ManualTime.START.plus(Duration.ofDays(1)));
      assertThat(ran).containsExactly("label", "ship");
    }
  }

  @Test
  void a_wait_ends_by_itself() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      test.start(new Ship(7)).advance(Duration.ofDays(8));
      assertThat(test.result(String.class)).contains("label picked by nobody");
      assertThat(test.status()).hasSucceeded();
    }
  }

  @Test
  void a_run_that_is_cancelled_undoes_what_it_did() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      test.start(new Ship(7)).cancel();
      test.assertRun().isCancelled();
      assertThat(ran).containsExactly("label", "undo");
      assertThatThrownBy(test::cancel)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("too late")
          .hasMessageContaining("CANCELLED");
    }
  }

  @Test
  void a_run_that_has_failed_goes_on_at_the_step_that_failed() {
    AtomicBoolean away = new AtomicBoolean(true);
    FlowHandler<Ship, String> flow =
        (steps, ship) -> {
          steps.run("label", step -> noted("label"));
          return steps.run(
              "ship",
              String.class,
              StepOptions.retries(1),
              step -> {
                if (away.get()) {
                  throw new IOException("closed");
                }
                return noted("ship");
              });
        };
    try (FlowTest<Ship> test = FlowTest.of(flow)) {
      test.start(new Ship(7)).assertWaiting("ship");
      test.assertStep("ship").isPending().hasAttempts(1).lastFailedWith(IOException.class);
      test.advance(Duration.ofHours(1));
      test.assertRun().isDead();
      test.assertStep("ship").hasFailed().hasAttempts(2);

      away.set(false);
      test.resume();
      test.assertRun().hasSucceeded();
      assertThat(ran).containsExactly("label", "ship");
      assertThatThrownBy(test::resume)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("dead letter")
          .hasMessageContaining("SUCCEEDED");
    }
  }

  @Test
  void what_a_flow_calls_is_handled_by_what_the_test_adds() {
    FlowHandler<Ship, String> flow =
        (steps, ship) -> steps.call("label", new PrintLabel(ship.parcel()), String.class);
    try (FlowTest<Ship> test =
        FlowTest.of(flow)
            .with(
                worker ->
                    worker.resultHandler(
                        PrintLabel.class, (label, context) -> "label " + label.parcel()))) {
      test.start(new Ship(7));
      assertThat(test.result(String.class)).contains("label 7");
    }
  }

  // ---- crashes ----------------------------------------------------------------------------------

  @Test
  void a_worker_that_dies_before_a_step_has_not_run_it() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      Crash crash = test.crashBefore("label");
      test.start(new Ship(7));
      assertThat(crash.happened()).isTrue();
      assertThat(ran).isEmpty();
      test.advance(RECOVERED).assertWaiting("night");
      assertThat(ran).containsExactly("label");
    }
  }

  @Test
  void a_worker_that_dies_in_a_step_has_its_code_run_again() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      Crash crash = test.crashInside("label");
      test.start(new Ship(7));
      assertThat(crash.job()).contains(test.id());
      test.assertRun().hasNoStep("label");
      test.advance(RECOVERED).assertWaiting("night");
      assertThat(ran).containsExactly("label", "label");
      test.assertStep("label").isDone().hasAttempts(1);
    }
  }

  @Test
  void a_worker_that_dies_after_a_step_leaves_its_outcome() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      Crash crash = test.crashAfter("label");
      test.start(new Ship(7));
      assertThat(crash.happened()).isTrue();
      test.assertStep("label").isDone().and().hasNoStep("night");
      test.advance(RECOVERED).assertWaiting("night");
      assertThat(ran).containsExactly("label");
    }
  }

  @Test
  void a_worker_dies_in_a_branch_and_others_die_later() {
    FlowHandler<Ship, String> flow =
        (steps, ship) -> {
          steps.parallel(
              "both",
              both -> {
                both.run("one", step -> noted("one"));
                both.branch(
                    "two",
                    branch -> {
                      branch.sleep("nap", Duration.ofHours(1));
                      return branch.run("late", String.class, step -> noted("late"));
                    });
              });
          return steps.run("end", String.class, step -> noted("end"));
        };
    try (FlowTest<Ship> test = FlowTest.of(flow)) {
      test.crashInside("both/one");
      test.crashAfter("both/two/late");
      test.crashBefore("end");
      test.start(new Ship(7)).advance(Duration.ofHours(2));
      test.assertRun().hasSucceeded();
      assertThat(ran).containsExactly("one", "one", "late", "end");
    }
  }

  @Test
  void a_crash_that_does_not_happen_fails_its_test() {
    FlowTest<Ship> test = FlowTest.of(new ShipFlow());
    test.crashInside("lable");
    test.start(new Ship(7));
    assertThatThrownBy(test::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the code of step lable, not reached yet");
  }

  // ---- what goes wrong --------------------------------------------------------------------------

  @Test
  void a_call_at_the_wrong_time_says_what_to_do() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      assertThatThrownBy(() -> test.advance(Duration.ZERO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no run has started; call start(payload) first");
      test.start(new Ship(7));
      assertThatThrownBy(() -> test.start(new Ship(8)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("a FlowTest of its own");
      assertThatThrownBy(test::replayTwice)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("replayTwice() comes too late");
    }
  }

  @Test
  void a_failed_assertion_shows_the_steps_and_what_is_waited_for() {
    try (FlowTest<Ship> test = FlowTest.of(new ShipFlow())) {
      test.start(new Ship(7));
      assertThatThrownBy(() -> test.assertRun().hasSucceeded().withReason(StateReason.COMPLETED))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Expected run " + test.id() + " (parcel.ship) to be SUCCEEDED")
          .hasMessageContaining("it is WAITING")
          .hasMessageContaining("step 'label': DONE, of kind RUN, after 1 attempt")
          .hasMessageContaining("waits in step 'night'")
          .hasMessageContaining("until 2030-01-02T00:00:00Z");
      assertThatThrownBy(() -> test.assertStep("ship"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("to have recorded step 'ship'");
      assertThatThrownBy(() -> test.assertStep("label").isPending())
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Expected step 'label' to be PENDING");
    }
  }
}
