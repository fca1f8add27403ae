package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Settled;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a queue is opened, and left by a consumer. */
public abstract class OpenContract extends StagedJobs {
  @Test
  void a_queue_can_be_opened_again_at_any_time() {
    String key = enqueueOne();
    engine().claiming().open(queue());
    engine().claiming().open(queue());
    assertThat(claimable()).containsExactly(key);
  }

  @Test
  void a_consumer_that_leaves_gives_up_the_watch_over_due_times() {
    scheduledJob();
    Duration term = Duration.ofSeconds(4);
    assertThat(taker("w1").watchTerm(term).turn(0).nextDue()).isEqualTo(Duration.ofMinutes(10));
    assertThat(taker("w2").watchTerm(term).turn(0).nextDue()).isNull();
    engine().claiming().leave(queue(), "w2");
    assertThat(taker("w2").turn(0).nextDue()).isNull();
    engine().claiming().leave(queue(), "w1");
    assertThat(taker("w2").turn(0).nextDue()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void a_consumer_that_leaves_with_a_job_still_holds_it() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    engine().claiming().leave(queue(), "w1");
    engine().claiming().leave(queue(), "w1");
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
  }
}
