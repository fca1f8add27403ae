package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How traces of dead consumers are tidied. */
public abstract class TidyContract extends EngineContract {
  @Test
  void a_reap_names_the_consumer_that_was_not_looked_at_for_longest() {
    enqueue(2);
    taker("w1").claimOne();
    advance(Duration.ofSeconds(1));
    taker("w2").claimOne();

    assertThat(reap().tidyNext()).isEqualTo("w1");
    advance(PERIOD);
    engine().upkeep().tidy(reapOrder(), "w1");
    assertThat(reap().tidyNext()).isEqualTo("w2");
    advance(PERIOD);
    engine().upkeep().tidy(reapOrder(), "w2");
    assertThat(reap().tidyNext()).isEqualTo("w1");
  }

  @Test
  void a_consumer_that_holds_nothing_is_forgotten_by_tidy() {
    enqueueOne();
    Claim claim = taker().claimOne();
    taker().settle(claim, succeeded());
    assertThat(reap().tidyNext()).isEqualTo("w1");

    assertThat(engine().upkeep().tidy(reapOrder(), "w1")).isZero();
    advance(PERIOD);
    assertThat(reap().tidyNext()).isNull();
  }

  @Test
  void a_consumer_that_leaves_with_nothing_in_hand_is_forgotten() {
    enqueueOne();
    Claim claim = taker().claimOne();
    engine().claiming().leave(queue(), "w1");
    assertThat(reap().tidyNext()).isEqualTo("w1");
    taker().settle(claim, succeeded());
    engine().claiming().leave(queue(), "w1");

    advance(PERIOD);
    assertThat(reap().tidyNext()).isNull();
  }

  @Test
  void a_dead_consumer_is_forgotten_once_its_jobs_were_reaped() {
    enqueue(3);
    taker("dead").claim(3);
    passReaping(TurnTaker.LEASE);

    assertThat(engine().upkeep().tidy(reapOrder(), "dead")).isZero();
    advance(PERIOD);
    assertThat(reap().tidyNext()).isNull();
    assertThat(taker("w2").claim(5)).hasSize(3);
  }

  @Test
  void tidy_leaves_live_claims_alone_however_often_it_comes() {
    enqueue(5);
    List<Claim> claims = taker().claim(5);
    for (int i = 0; i < 4; i++) {
      assertThat(engine().upkeep().tidy(reapOrder(), "w1")).isZero();
      advance(PERIOD);
      engine()
          .claiming()
          .extend(queue(), TurnTaker.LEASE, claims.stream().map(Claim::held).toList());
    }

    assertThat(
            taker()
                .turn(
                    0,
                    claims.stream()
                        .map(c -> new Settlement(c.held(), succeeded()))
                        .toArray(Settlement[]::new))
                .settled())
        .containsOnly(Settled.DONE);
  }

  @Test
  void tidy_of_a_consumer_nobody_knows_does_nothing() {
    assertThat(engine().upkeep().tidy(reapOrder(), "nobody")).isZero();
  }

  @Test
  void a_reap_finds_due_and_ready_jobs_untouched() {
    NewJob delayed = delayed(Duration.ofHours(1));
    enqueue(delayed);
    String ready = enqueueOne();
    passReaping(TurnTaker.LEASE.multipliedBy(3));

    assertThat(state(delayed.key())).isEqualTo(JobState.SCHEDULED);
    assertThat(state(ready)).isEqualTo(JobState.READY);
  }
}
