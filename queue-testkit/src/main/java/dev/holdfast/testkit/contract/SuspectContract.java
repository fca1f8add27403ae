package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Outcome;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.TurnReply;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a job that its workers do not survive is set apart, and made a dead letter. */
public abstract class SuspectContract extends EngineContract {
  /** Lets a job's lease run out so many times; it must be the only one that can be claimed. */
  private void crash(String key, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(keysOf(taker("crashing").claim(1))).containsExactly(key);
      passReaping(TurnTaker.LEASE);
    }
  }

  @Test
  void from_its_second_crash_a_job_is_a_suspect_and_keeps_its_home_lane() {
    String key = enqueue(job(Priority.LOW)).get(0);
    crash(key, 2);

    assertThat(counters(key).crashes()).isEqualTo(2);
    assertThat(stored(key).priority()).isEqualTo(Priority.LOW);
    Claim claim = taker().claimOne();
    assertThat(claim.suspect()).isTrue();
    assertThat(claim.priority()).isEqualTo(Priority.LOW);
  }

  @Test
  void suspects_are_claimed_before_the_others_one_a_turn_the_oldest_first() {
    List<String> keys = enqueue(3);
    for (int crash = 0; crash < 2; crash++) {
      for (int i = 0; i < 3; i++) {
        taker("crashing").claim(3);
      }
      passReaping(TurnTaker.LEASE);
    }
    String high = enqueue(job(Priority.HIGH)).get(0);

    assertThat(keysOf(taker().claim(5))).containsExactly(keys.get(0), high);
    assertThat(keysOf(taker().claim(5))).containsExactly(keys.get(1));
  }

  @Test
  void a_turn_that_may_take_no_suspect_takes_the_others_only() {
    String suspect = enqueueOne();
    crash(suspect, 2);
    String other = enqueueOne();

    taker().suspects(false);
    TurnReply reply = taker().turn(5);
    assertThat(keysOf(reply.claims())).containsExactly(other);
    assertThat(reply.more()).isFalse();
    assertThat(taker().claim(5)).isEmpty();
    taker().suspects(true);
    assertThat(keysOf(taker().claim(5))).containsExactly(suspect);
  }

  @Test
  void a_suspect_that_is_released_stays_one_and_one_that_fails_goes_home() {
    String key = enqueue(job(Priority.HIGH)).get(0);
    crash(key, 2);
    Claim claim = taker().claimOne();
    taker().settle(claim, new Outcome.Released());
    claim = taker().claimOne();
    assertThat(claim.suspect()).isTrue();
    taker().settle(claim, new Outcome.Missed(PERIOD));
    advance(PERIOD);
    claim = taker().claimOne();
    assertThat(claim.suspect()).isTrue();

    taker().settle(claim, retry(PERIOD));
    advance(PERIOD);
    claim = taker().suspects(false).claimOne();
    assertThat(claim.suspect()).isFalse();
    assertThat(claim.counters().crashes()).isZero();
  }

  @Test
  void a_suspect_can_be_cancelled_moved_and_rescheduled_where_it_waits() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      keys.add(enqueueOne());
    }
    for (int crash = 0; crash < 2; crash++) {
      for (int i = 0; i < 3; i++) {
        taker("crashing").claim(3);
      }
      passReaping(TurnTaker.LEASE);
    }
    engine().control().cancel(queue(), keys.get(0), Retention.STANDARD);
    engine().control().prioritize(queue(), keys.get(1), Priority.HIGH);
    engine().control().reschedule(queue(), keys.get(2), now().plus(PERIOD));

    assertThat(state(keys.get(0))).isEqualTo(JobState.CANCELLED);
    assertThat(state(keys.get(2))).isEqualTo(JobState.SCHEDULED);
    Claim moved = taker().claimOne();
    assertThat(moved.held().key()).isEqualTo(keys.get(1));
    assertThat(moved.priority()).isEqualTo(Priority.HIGH);
    assertThat(moved.suspect()).isTrue();
    assertThat(taker().claim(5)).isEmpty();
    advance(PERIOD);
    Claim later = taker().claimOne();
    assertThat(later.held().key()).isEqualTo(keys.get(2));
    assertThat(later.suspect()).isTrue();
  }

  @Test
  void the_third_crash_makes_a_job_dead_as_poison() {
    String key = enqueueOne();
    crash(key, 2);
    taker().claimOne();
    ReapReply reply = passReaping(TurnTaker.LEASE);

    assertThat(reply.poisoned()).isEqualTo(1);
    assertThat(reply.returned()).isZero();
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.DEAD);
    assertThat(job.reason()).isEqualTo(StateReason.POISON);
    assertThat(job.counters()).isEqualTo(new Counters(0, 3, 3, 0, 0));
    assertThat(job.keptUntil()).isEqualTo(now().plus(Retention.STANDARD.dead()));
    assertThat(job.envelope()).isNotNull();
    assertThat(history(key))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line.failure().type()).isEqualTo(AttemptJson.CRASH));
  }

  @Test
  void a_poisoned_job_that_is_redriven_starts_anew() {
    String key = enqueue(job(Priority.HIGH)).get(0);
    crash(key, 3);
    engine().control().redrive(queue(), key);

    Claim claim = taker().suspects(false).claimOne();
    assertThat(claim.suspect()).isFalse();
    assertThat(claim.counters()).isEqualTo(new Counters(0, 4, 0, 0, 0));
  }

  @Test
  void a_job_that_kills_its_worker_takes_no_neighbour_to_the_dead_letters() {
    List<String> keys = enqueue(6);
    String killer = keys.get(3);
    List<String> succeeded = new ArrayList<>();
    for (int life = 0; life < 20; life++) {
      TurnTaker worker = newTaker(queue(), "life" + life);
      boolean suspectHeld = false;
      List<Claim> held = new ArrayList<>();
      while (held.size() < 4) {
        List<Claim> claims = worker.suspects(!suspectHeld).claim(4 - held.size());
        if (claims.isEmpty()) {
          break;
        }
        suspectHeld |= claims.stream().anyMatch(Claim::suspect);
        held.addAll(claims);
      }
      for (Claim claim : held) {
        if (claim.held().key().equals(killer)) {
          break;
        }
        assertThat(worker.settle(claim, succeeded())).isEqualTo(Settled.DONE);
        succeeded.add(claim.held().key());
      }
      passReaping(TurnTaker.LEASE);
    }

    assertThat(stored(killer).reason()).isEqualTo(StateReason.POISON);
    assertThat(succeeded)
        .containsExactlyInAnyOrderElementsOf(keys.stream().filter(k -> !k.equals(killer)).toList());
  }
}
