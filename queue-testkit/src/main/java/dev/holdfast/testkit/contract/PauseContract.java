package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a paused queue does, and does not. */
public abstract class PauseContract extends StagedJobs {
  @Test
  void nothing_is_claimed_from_a_paused_queue_until_it_is_resumed() {
    List<String> keys = enqueue(2);
    control().pause(queue(), true);
    control().pause(queue(), true);
    assertThat(taker().turn(10).paused()).isTrue();
    assertThat(taker().claim(10)).isEmpty();
    assertThat(stats().paused()).isTrue();
    control().pause(queue(), false);
    control().pause(queue(), false);
    assertThat(stats().paused()).isFalse();
    assertThat(taker().turn(0).paused()).isFalse();
    assertThat(claimable()).isEqualTo(keys);
  }

  @Test
  void a_paused_queue_takes_jobs_outcomes_and_extensions() {
    enqueue(2);
    List<Claim> claims = taker().claim(2);
    control().pause(queue(), true);
    String later = enqueue(delayed(Duration.ofSeconds(1))).get(0);
    advance(Duration.ofSeconds(1));
    assertThat(taker().turn(5, new Settlement(claims.get(0).held(), succeeded())).settled())
        .containsExactly(Settled.DONE);
    assertThat(taker().settle(claims.get(1), new Outcome.Released())).isEqualTo(Settled.DONE);
    assertThat(state(later)).isEqualTo(JobState.READY);
    assertThat(taker().claim(5)).isEmpty();
    control().pause(queue(), false);
    assertThat(claimable()).containsExactly(claims.get(1).held().key(), later);
  }

  @Test
  void pausing_one_queue_leaves_the_others_alone() {
    QueueRef other = freshQueue();
    enqueueAll(other, 10, List.of(job()));
    control().pause(queue(), true);
    assertThat(newTaker(other, "w1").claim(1)).hasSize(1);
  }

  @Test
  void a_paused_queue_gives_nothing_until_it_is_resumed() {
    enqueue(3);
    engine().control().pause(queue(), true);

    TurnReply paused = taker().turn(5);
    assertThat(paused.claims()).isEmpty();
    assertThat(paused.paused()).isTrue();
    assertThat(paused.more()).isFalse();

    engine().control().pause(queue(), false);
    TurnReply resumed = taker().turn(5);
    assertThat(resumed.claims()).hasSize(3);
    assertThat(resumed.paused()).isFalse();
  }

  @Test
  void a_paused_queue_takes_outcomes() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    engine().control().pause(queue(), true);

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }
}
