package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Control.ActReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a dead letter is sent back. */
public abstract class RedriveContract extends StagedJobs {
  @Test
  void a_redriven_job_is_at_the_tail_of_its_lane_as_if_new_with_its_history() {
    String key = deadJob();
    List<String> others = enqueue(2);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(stored(key).state()).isEqualTo(JobState.READY);
    assertThat(stored(key).reason()).isEqualTo(StateReason.REDRIVEN);
    assertThat(counters(key)).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(history(key)).hasSize(1);
    assertThat(stats().dead()).isZero();
    assertThat(claimable()).containsExactly(others.get(0), others.get(1), key);
  }

  @Test
  void a_poisoned_job_is_redriven_to_its_own_lane() {
    String key = suspectJob();
    assertThat(taker().claimOne().suspect()).isTrue();
    passReaping(TurnTaker.LEASE);
    assertThat(stored(key).reason()).isEqualTo(StateReason.POISON);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    Claim claim = taker().claimOne();
    assertThat(claim.suspect()).isFalse();
    assertThat(claim.counters().crashes()).isZero();
  }

  @Test
  void only_a_dead_job_can_be_redriven() {
    List<String> keys = new ArrayList<>(List.of(succeededJob(), cancelledJob(), activeJob()));
    keys.add(scheduledJob());
    keys.add(enqueueOne());
    for (String key : keys) {
      JobState before = state(key);
      assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
      assertThat(state(key)).isEqualTo(before);
    }
  }

  @Test
  void a_redrive_that_is_repeated_makes_one_job() {
    String key = deadJob();
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.DONE);
    assertThat(control().redrive(queue(), key)).isEqualTo(ActReply.NOT_APPLICABLE);
    assertThat(claimable()).containsExactly(key);
  }
}
