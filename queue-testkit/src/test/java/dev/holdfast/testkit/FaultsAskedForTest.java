package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobType;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.FaultyEngine.Call;
import dev.holdfast.testkit.FaultyEngine.Fault;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** That the second run of the suite is one under faults, and the first is not. */
@Timeout(60)
class FaultsAskedForTest {
  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @Test
  @DisabledIfSystemProperty(
      named = FaultyEngine.PROPERTY,
      matches = ".+",
      disabledReason = "the other half of this class is for that")
  void an_engine_stays_as_it_is_unless_faults_are_asked_for() {
    InMemoryEngine engine = InMemoryEngine.create();
    assertThat(FaultyEngine.ifAsked(engine)).isSameAs(engine);
  }

  @Test
  @EnabledIfSystemProperty(named = FaultyEngine.PROPERTY, matches = ".+")
  void faults_that_are_asked_for_happen_and_callers_see_none() {
    InMemoryEngine memory = InMemoryEngine.on(ManualTime.create());
    RepeatingEngine engine = (RepeatingEngine) FaultyEngine.ifAsked(memory);
    WorkerOptions options = WorkerOptions.builder().closeOnShutdown(false).build();
    try (Holdfast holdfast = Holdfast.on(engine);
        Worker worker =
            Worker.on(holdfast)
                .handler(Mail.class, (mail, context) -> {})
                .queue("mail", 2)
                .options(options)
                .start()) {
      for (int n = 0; n < 500; n++) {
        assertThat(holdfast.enqueue(new Mail(n)).created()).isTrue();
      }
      memory.letPass(Duration.ZERO);
      assertThat(memory.control().stats(QueueRef.of("mail")).done()).isEqualTo(500);
    }
    assertThat(engine.faulty().injected(Call.ENQUEUE, Fault.LOST_REPLY)).isPositive();
    assertThat(engine.faulty().injected(Call.TURN)).isPositive();
  }
}
