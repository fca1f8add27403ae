package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Note;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import dev.holdfast.spi.TurnReply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long ended jobs and dead letters are kept. */
public abstract class RetentionContract extends EngineContract {
  @Test
  void ended_jobs_are_trimmed_when_their_time_is_over() {
    String key = enqueueOne();
    claimAndSettle(new Outcome.Succeeded(bytes("{}")));
    advance(Retention.STANDARD.done().minusMillis(1));
    taker().turn(0);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);

    advance(Duration.ofMillis(1));
    taker().turn(0);
    assertThat(engine().control().find(queue(), key)).isEmpty();
    assertThat(stats().done()).isZero();
  }

  @Test
  void only_so_many_ended_jobs_are_kept_and_the_oldest_go() {
    Retention three = new Retention(Duration.ofHours(1), 3, Duration.ofDays(1), 2);
    List<String> keys = enqueue(5);
    taker().retention(three);
    for (Claim claim : taker().claim(5)) {
      advance(Duration.ofSeconds(1));
      taker().settle(claim, succeeded());
    }

    assertThat(stats().done()).isEqualTo(3);
    assertThat(engine().control().find(queue(), keys.get(1))).isEmpty();
    assertThat(state(keys.get(2))).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void dead_letters_are_trimmed_by_number_and_by_time_and_the_turn_tells() {
    Retention two = new Retention(Duration.ofHours(1), 3, Duration.ofDays(1), 2);
    List<String> keys = enqueue(3);
    taker().retention(two);
    int trimmed = 0;
    for (Claim claim : taker().claim(3)) {
      advance(Duration.ofSeconds(1));
      trimmed +=
          taker().turn(0, new Settlement(claim.held(), buried(StateReason.BURIED))).trimmedDead();
    }
    assertThat(trimmed).isEqualTo(1);
    assertThat(engine().control().find(queue(), keys.get(0))).isEmpty();
    assertThat(stats().dead()).isEqualTo(2);

    advance(Duration.ofDays(1));
    assertThat(taker().turn(0).trimmedDead()).isEqualTo(2);
    assertThat(stats().dead()).isZero();
  }

  @Test
  void a_retention_of_nothing_keeps_nothing_and_a_late_repeat_is_answered_as_gone() {
    List<String> keys = enqueue(3);
    taker().retention(new Retention(Duration.ZERO, 0, Duration.ZERO, 0));
    List<Claim> claims = taker().claim(3);
    Note note = new Note(bytes("1"), bytes("a line"), bytes("2"));
    assertThat(await(engine().claiming().note(queue(), claims.get(0).held(), note))).isTrue();

    assertThat(taker().settle(claims.get(0), new Outcome.Succeeded(bytes("{}"))))
        .isEqualTo(Settled.DONE);
    assertThat(taker().settle(claims.get(1), new Outcome.Discarded())).isEqualTo(Settled.DONE);
    TurnReply dead =
        taker().turn(0, new Settlement(claims.get(2).held(), buried(StateReason.BURIED)));

    assertThat(dead.settled()).containsExactly(Settled.DONE);
    assertThat(dead.trimmedDead()).isEqualTo(1);
    assertThat(keys).allSatisfy(k -> assertThat(engine().control().find(queue(), k)).isEmpty());
    assertThat(taker().settle(claims.get(0), succeeded())).isEqualTo(Settled.GONE);
  }

  @Test
  void a_turn_trims_a_backlog_in_steps_until_none_is_left() {
    enqueue(300);
    for (int i = 0; i < 3; i++) {
      taker()
          .turn(
              0,
              taker().claim(100).stream()
                  .map(claim -> new Settlement(claim.held(), succeeded()))
                  .toArray(Settlement[]::new));
    }
    advance(Retention.STANDARD.done());
    int turns = 0;
    while (stats().done() > 0 && turns++ < 100) {
      taker().turn(1);
    }
    assertThat(stats().done()).isZero();
    assertThat(turns).isGreaterThan(1);
  }

  @Test
  void a_job_that_runs_or_waits_is_never_trimmed() {
    List<String> keys = enqueue(2);
    taker().retention(new Retention(Duration.ZERO, 0, Duration.ZERO, 0));
    taker().claimOne();
    advance(Duration.ofDays(400));
    taker().turn(0);

    assertThat(state(keys.get(0))).isEqualTo(JobState.ACTIVE);
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
  }
}
