package dev.holdfast.examples.trialexpiration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.flow.RunStatus;
import dev.holdfast.flow.RunStatus.Kind;
import dev.holdfast.flow.RunStatus.State;
import dev.holdfast.flow.RunStatus.StepStatus;
import dev.holdfast.job.JobStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalWatchTest {
  private final JournalWatch watch = new JournalWatch();

  private static StepStatus step(String key, State state, String value) {
    return new StepStatus(key, Kind.RUN, state, 1, Instant.EPOCH, value, null);
  }

  private void look(StepStatus... steps) {
    JobStatus job = null; // nothing of it is looked at
    watch.look("ada", new RunStatus(job, "1", List.of(steps), List.of(), 0, 0));
  }

  @Test
  void a_step_that_waits_may_become_an_outcome_and_others_may_be_added() {
    look(step("warn", State.PENDING, null));
    look(step("warn", State.DONE, "1"));
    look(step("warn", State.DONE, "1"), step("upgrade", State.PENDING, null));

    assertThat(watch.changes()).isEmpty();
  }

  @Test
  void an_outcome_that_is_another_one_later_is_noticed() {
    look(step("warn", State.DONE, "1"));
    look(step("warn", State.DONE, "2"));

    assertThat(watch.changes()).singleElement().asString().startsWith("ada, \"warn\": was ");
  }

  @Test
  void an_outcome_that_is_gone_later_is_noticed() {
    look(step("warn", State.FAILED, null));
    look();

    assertThat(watch.changes()).singleElement().asString().endsWith("is null");
  }

  @Test
  void a_step_that_is_there_twice_is_noticed() {
    look(step("warn", State.DONE, "1"), step("warn", State.DONE, "1"));

    assertThat(watch.changes()).containsExactly("ada, \"warn\": there twice");
  }
}
