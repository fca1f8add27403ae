package dev.holdfast.examples.docs;

import static dev.holdfast.testkit.HoldfastAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Holdfast;
import dev.holdfast.examples.docs.DocFlows.Billing;
import dev.holdfast.examples.docs.DocFlows.Charge;
import dev.holdfast.examples.docs.DocFlows.Label;
import dev.holdfast.examples.docs.DocFlows.Mail;
import dev.holdfast.examples.docs.DocFlows.PrintLabel;
import dev.holdfast.examples.docs.DocFlows.SendParcel;
import dev.holdfast.examples.docs.DocFlows.Subscribed;
import dev.holdfast.examples.docs.DocFlows.TrialFlow;
import dev.holdfast.examples.docs.DocFlows.TrialStarted;
import dev.holdfast.examples.docs.DocFlows.WatchTrial;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.testkit.Crash;
import dev.holdfast.testkit.FlowTest;
import dev.holdfast.testkit.HoldfastTest;
import dev.holdfast.testkit.InMemoryEngine;
import dev.holdfast.testkit.ManualTime;
import dev.holdfast.testkit.NondeterministicFlowError;
import dev.holdfast.testkit.TestWorkers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The tests of flows that {@code docs/testing.md} shows; {@code DocsTest} compares. */
class DocFlowTestingTest {
  private final Unpaid billing = new Unpaid();
  private final Sent mail = new Sent();

  // tag::flow-test[]
  @Test
  void who_does_not_pay_is_warned_and_downgraded() {
    Instant end = ManualTime.START.plus(Duration.ofDays(14));
    try (FlowTest<TrialStarted> trial = FlowTest.of(new TrialFlow(billing, mail))) {
      trial.start(new TrialStarted(7, end));
      trial.assertWaiting("three days before").wakesAt(end.minus(Duration.ofDays(3)));

      trial.advance(Duration.ofDays(11));
      trial.assertStep("warn").isDone();
      trial.assertWaiting("end");

      trial.advance(Duration.ofDays(3));
      trial.assertRun().hasSucceeded();
      assertThat(trial.result(String.class)).contains("downgraded");
    }
  }

  // end::flow-test[]

  // tag::flow-crash[]
  @Test
  void a_warning_whose_worker_dies_is_sent_again_under_the_same_key() {
    Instant end = ManualTime.START.plus(Duration.ofDays(14));
    try (FlowTest<TrialStarted> trial = FlowTest.of(new TrialFlow(billing, mail))) {
      Crash crash = trial.crashInside("warn"); // the mail is out, and that is not recorded

      trial.start(new TrialStarted(7, end)).advance(Duration.ofDays(11));
      assertThat(crash.happened()).isTrue();
      assertThat(mail.keys()).hasSize(1);

      trial.advance(Duration.ofMinutes(1)); // another worker goes on
      trial.assertStep("warn").isDone();
      assertThat(mail.keys()).hasSize(2).containsOnly(trial.id() + ":warn");
    }
  }

  // end::flow-crash[]

  // tag::flow-replay[]
  @Test
  void the_flow_is_deterministic() {
    Instant end = ManualTime.START.plus(Duration.ofDays(14));
    try (FlowTest<TrialStarted> trial = FlowTest.of(new TrialFlow(billing, mail))) {
      trial.replayTwice().start(new TrialStarted(7, end)).advance(Duration.ofDays(14));
      trial.assertRun().hasSucceeded();
    }
  }

  // end::flow-replay[]

  @Test
  void a_flow_that_is_not_deterministic_is_told_so() {
    AtomicInteger calls = new AtomicInteger();
    FlowHandler<TrialStarted, String> flow =
        (steps, trial) -> {
          if (calls.incrementAndGet() == 1) {
            steps.run("charge", step -> {});
          }
          return "done";
        };
    try (FlowTest<TrialStarted> trial = FlowTest.of(flow).replayTwice()) {
      assertThatThrownBy(() -> trial.start(new TrialStarted(7, ManualTime.START)))
          .isInstanceOf(NondeterministicFlowError.class)
          .hasMessage(
              "step 'charge' was called in call 1 and not in the replay of call 1: code outside of"
                  + " steps depends on time, randomness or reads; put it into a step");
    }
  }

  @Test
  void an_event_ends_a_wait() {
    Instant end = ManualTime.START.plus(Duration.ofDays(14));
    // tag::flow-event[]
    try (FlowTest<WatchTrial> trial = FlowTest.of(DocFlows.watch(billing))) {
      trial.start(new WatchTrial(7, end)).advance(Duration.ofDays(2));
      trial.publish(new Subscribed(7, "pro"));
      assertThat(trial.result(String.class)).contains("converted to pro");
    }
    // end::flow-event[]
  }

  @Test
  void a_child_has_its_handler() {
    // tag::flow-child[]
    try (FlowTest<SendParcel> parcel =
        FlowTest.of(DocFlows.child())
            .with(
                worker ->
                    worker.resultHandler(
                        PrintLabel.class, (label, context) -> new Label("a.pdf")))) {
      parcel.start(new SendParcel(7));
      parcel.assertStep("label").isDone();
      assertThat(parcel.holdfast()).queue("mail").hasScheduled(1);
    }
    // end::flow-child[]
  }

  @Nested
  @HoldfastTest
  class AmongOthers {
    @Test
    void a_run_is_looked_at_like_a_job(
        Holdfast holdfast, TestWorkers workers, InMemoryEngine engine) {
      workers.start(worker -> worker.flow(new TrialFlow(new Unpaid(), new Sent())));
      JobId id =
          holdfast.enqueue(new TrialStarted(7, ManualTime.START.plus(Duration.ofDays(14)))).id();
      engine.letPass(Duration.ofDays(12));
      // tag::run-assertions[]
      assertThat(holdfast.runs().status(id).orElseThrow())
          .isWaitingFor("end")
          .hasSteps("three days before", "paid early", "warn", "end")
          .step("paid early")
          .hasJson("false");
      // end::run-assertions[]
    }
  }

  /** Nobody pays. */
  private static final class Unpaid implements Billing {
    @Override
    public boolean isPaid(long userId) {
      return false;
    }

    @Override
    public void downgrade(long userId) {}

    @Override
    public Charge charge(long cents, String key) {
      return new Charge(key);
    }

    @Override
    public void refund(String chargeId, String key) {}
  }

  /** Remembers the keys of warnings. */
  private static final class Sent implements Mail {
    private final List<String> keys = new CopyOnWriteArrayList<>();

    List<String> keys() {
      return keys;
    }

    @Override
    public void trialEnds(long userId, Instant at, String key) {
      keys.add(key);
    }

    @Override
    public void trialEnded(long userId, String key) {}

    @Override
    public void confirm(long orderId, String key) {}

    @Override
    public void declined(long orderId, String key) {}

    @Override
    public void askReview(long orderId, String key) {}
  }
}
