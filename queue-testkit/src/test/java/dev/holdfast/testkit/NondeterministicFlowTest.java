package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.event.EventType;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.StepFuture;
import dev.holdfast.flow.StepOptions;
import dev.holdfast.flow.Wait;
import dev.holdfast.job.JobType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a flow which is not deterministic is found, and the step named. */
@Timeout(60)
class NondeterministicFlowTest {
  @JobType(value = "order.place", queue = "orders")
  record Order(int number) {}

  @EventType("order.paid")
  record Paid(int number) {}

  private static NondeterministicFlowError errorOf(FlowTest<Order> test, Duration time) {
    try (test) {
      return catchThrowableOfType(
          NondeterministicFlowError.class,
          () -> test.replayTwice().start(new Order(1)).advance(time));
    }
  }

  @Test
  void a_step_with_a_random_name_is_found_at_once() {
    List<String> names = new ArrayList<>();
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          steps.run("before", step -> {});
          String name = "charge-" + UUID.randomUUID();
          names.add(name);
          return steps.run(name, String.class, step -> "charged");
        };
    NondeterministicFlowError error = errorOf(FlowTest.of(flow), Duration.ZERO);
    assertThat(error.step()).isEqualTo(names.get(0));
    assertThat(error)
        .hasMessage(
            "step '"
                + names.get(0)
                + "' was called in call 1 and not in the replay of call 1: code outside of steps"
                + " depends on time, randomness or reads; put it into a step");
  }

  @Test
  void a_branch_that_depends_on_the_time_is_found_when_time_has_passed() {
    Instant[] now = {ManualTime.START};
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          if (now[0].equals(ManualTime.START)) {
            steps.run("early", step -> {});
          }
          steps.sleep("night", Duration.ofDays(1));
          return steps.run("end", String.class, step -> "done");
        };
    try (FlowTest<Order> test = FlowTest.of(flow)) {
      test.replayTwice().start(new Order(1)).assertWaiting("night");
      now[0] = ManualTime.START.plus(Duration.ofDays(1));
      assertThatThrownBy(() -> test.advance(Duration.ofDays(1)))
          .isInstanceOf(NondeterministicFlowError.class)
          .hasMessageStartingWith("step 'early' was called in call 1 and not in call 2:");
    }
  }

  @Test
  void an_order_that_changes_is_found() {
    AtomicInteger calls = new AtomicInteger();
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          boolean odd = calls.incrementAndGet() % 2 == 1;
          steps.run(odd ? "one" : "two", step -> {});
          steps.run(odd ? "two" : "one", step -> {});
          return "done";
        };
    assertThat(errorOf(FlowTest.of(flow), Duration.ZERO))
        .hasMessageStartingWith(
            "step 'one' came before step 'two' in call 1 and after it in the replay of call 1:");
  }

  @Test
  void a_kind_that_changes_is_found() {
    AtomicInteger calls = new AtomicInteger();
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          if (calls.incrementAndGet() % 2 == 1) {
            steps.run("pause", step -> {});
          } else {
            steps.sleep("pause", Duration.ofDays(1));
          }
          return "done";
        };
    assertThat(errorOf(FlowTest.of(flow), Duration.ZERO))
        .hasMessageStartingWith(
            "step 'pause' was a run in call 1 and is a sleep in the replay of call 1:");
  }

  @Test
  void a_branch_of_a_parallel_that_comes_and_goes_is_found() {
    AtomicInteger calls = new AtomicInteger();
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          boolean odd = calls.incrementAndGet() % 2 == 1;
          steps.parallel(
              "both",
              both -> {
                both.run("one", step -> {});
                both.branch(
                    "two",
                    branch -> {
                      if (odd) {
                        branch.run("inner", step -> {});
                      }
                      return null;
                    });
              });
          return "done";
        };
    assertThat(errorOf(FlowTest.of(flow), Duration.ZERO).step()).isEqualTo("both/two/inner");
  }

  @Test
  void a_flow_that_is_deterministic_passes_and_runs_its_steps_once() {
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    FlowHandler<Order, String> flow =
        (steps, order) -> {
          List<String> got = new ArrayList<>();
          got.add(steps.run("first", String.class, step -> "a" + ran.incrementAndGet()));
          try {
            steps.run(
                "declined",
                StepOptions.retries(1),
                step -> {
                  refused.incrementAndGet();
                  throw new IOException("no");
                });
          } catch (StepFailedException e) {
            got.add("declined");
          }
          steps.parallel(
              "both",
              both -> {
                StepFuture<String> one =
                    both.run("one", String.class, step -> "b" + ran.incrementAndGet());
                StepFuture<String> two =
                    both.branch(
                        "two",
                        branch -> {
                          branch.sleep("nap", Duration.ofHours(1));
                          return branch.run(
                              "late", String.class, step -> "c" + ran.incrementAndGet());
                        });
                got.add(both.joinAny("faster", List.of(two, one)).get());
                got.add(two.get());
              });
          steps.run("twice", step -> {});
          steps.run("twice", step -> {});
          steps.waitFor("paid", Wait.on(Paid.class).within(Duration.ofDays(1)));
          return String.join(" ", got);
        };
    try (FlowTest<Order> test = FlowTest.of(flow)) {
      test.replayTwice().start(new Order(1)).advance(Duration.ofDays(2));
      test.assertRun().hasSucceeded();
      assertThat(test.result(String.class)).contains("a1 declined b2 c3");
      assertThat(ran).hasValue(3);
      assertThat(refused).hasValue(2);
    }
  }
}
