package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Retention;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Settled;
import dev.holdfast.spi.StoredJob;
import dev.holdfast.spi.Upkeep.Gate;
import dev.holdfast.spi.Upkeep.ReapOrder;
import dev.holdfast.spi.Upkeep.ReapReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How expired leases are reaped: when, by whom, and how claims that come back late are met. */
public abstract class ReapContract extends EngineContract {
  private static final Duration OUTAGE = PERIOD.multipliedBy(2);
  private static final Duration MS = Duration.ofMillis(1);

  /** Lets a job's lease run out so many times; it must be the only one that can be claimed. */
  private void crash(String key, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(keysOf(taker("crashing").claim(1))).containsExactly(key);
      passReaping(TurnTaker.LEASE);
    }
  }

  // Reaping.

  @Test
  void an_expired_lease_is_reaped_once() {
    String key = enqueueOne();
    taker().claimOne();
    advance(TurnTaker.LEASE);

    ReapReply first = reap();
    assertThat(first.gate()).isEqualTo(Gate.OPEN);
    assertThat(first.returned()).isEqualTo(1);
    assertThat(first.more()).isFalse();
    assertThat(reap().gate()).isEqualTo(Gate.NOT_YET);
    advance(PERIOD);
    assertThat(reap().returned()).isZero();

    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.READY);
    assertThat(job.reason()).isEqualTo(StateReason.REAPED);
    assertThat(job.consumer()).isNull();
    assertThat(job.counters()).isEqualTo(new Counters(0, 1, 1, 0, 0));
    assertThat(taker("w2").claim(5)).hasSize(1);
  }

  @Test
  void two_callers_at_once_reap_a_lease_once() throws Exception {
    enqueue(50);
    taker().claim(50);
    advance(TurnTaker.LEASE);
    AtomicInteger returned = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                returned.addAndGet(reap().returned());
              }));
    }
    threads.forEach(Thread::start);
    start.countDown();
    for (Thread thread : threads) {
      thread.join(30_000);
    }

    assertThat(returned).hasValue(50);
    assertThat(stats().ready()).isEqualTo(50);
  }

  @Test
  void a_lease_that_has_not_ended_is_left_alone() {
    String key = enqueueOne();
    taker().claimOne();
    advance(TurnTaker.LEASE.minus(MS));
    assertThat(reap().returned()).isZero();
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);

    advance(PERIOD);
    assertThat(reap().returned()).isEqualTo(1);
  }

  @Test
  void a_hundred_are_reaped_a_call_and_the_gate_stays_open_for_the_rest() {
    for (int i = 0; i < 5; i++) {
      enqueue(50);
      taker("w" + i).claim(50);
    }
    advance(TurnTaker.LEASE);

    ReapReply first = reap();
    ReapReply second = reap();
    ReapReply third = reap();

    assertThat(first.returned()).isEqualTo(100);
    assertThat(first.more()).isTrue();
    assertThat(second.returned()).isEqualTo(100);
    assertThat(second.more()).isTrue();
    assertThat(third.returned()).isEqualTo(50);
    assertThat(third.more()).isFalse();
    assertThat(reap().gate()).isEqualTo(Gate.NOT_YET);
  }

  @Test
  void a_job_goes_back_to_the_head_of_its_lane_after_the_first_crash() {
    List<String> keys = enqueue(4);
    taker().claim(2);
    advance(TurnTaker.LEASE);
    reap();

    assertThat(keysOf(taker("w2").claim(4))).isEqualTo(keys);
  }

  @Test
  void a_crash_leaves_a_line_in_the_history_with_the_consumer() {
    String key = enqueueOne();
    taker("worker-7").claimOne();
    passReaping(TurnTaker.LEASE);

    assertThat(history(key))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.number()).isEqualTo(1);
              assertThat(line.at()).isEqualTo(now());
              assertThat(line.failure().type()).isEqualTo(AttemptJson.CRASH);
              assertThat(line.failure().message()).contains("worker-7");
            });
  }

  @Test
  void a_paused_queue_is_reaped_all_the_same() {
    String key = enqueueOne();
    taker().claimOne();
    engine().control().pause(queue(), true);
    passReaping(TurnTaker.LEASE);

    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  // The gate and the grace.

  @Test
  void the_gate_opens_once_a_period() {
    assertThat(reap().gate()).isEqualTo(Gate.OPEN);
    assertThat(reap().gate()).isEqualTo(Gate.NOT_YET);
    advance(PERIOD.minus(MS));
    assertThat(reap().gate()).isEqualTo(Gate.NOT_YET);
    advance(MS);
    assertThat(reap().gate()).isEqualTo(Gate.OPEN);
  }

  @Test
  void the_gate_is_open_a_period_after_a_reap_whatever_the_jitter() {
    // Else the worker that reaped comes back to a closed gate, and the next reap is so late that it
    // looks like an outage.
    ReapOrder order =
        new ReapOrder(
            queue(), PERIOD, PERIOD, GRACE, TurnTaker.LEASE, MAX_CRASHES, Retention.STANDARD);
    for (int i = 0; i < 20; i++) {
      assertThat(engine().upkeep().reap(order).gate()).isEqualTo(Gate.OPEN);
      advance(PERIOD);
    }
  }

  @Test
  void a_reap_long_after_the_last_opens_a_grace_in_which_nothing_is_reaped() {
    String key = enqueueOne();
    reap();
    taker().claimOne();
    advance(TurnTaker.LEASE.multipliedBy(2));

    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    Duration left = GRACE;
    while (left.compareTo(PERIOD) > 0) {
      advance(PERIOD);
      left = left.minus(PERIOD);
      assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    }
    advance(left.minus(MS));
    assertThat(reap().gate()).isNotEqualTo(Gate.OPEN);
    advance(MS);
    ReapReply after = reap();
    assertThat(after.gate()).isEqualTo(Gate.OPEN);
    assertThat(after.returned()).isEqualTo(1);
  }

  @Test
  void a_reap_just_within_the_bound_of_an_outage_opens_no_grace() {
    enqueueOne();
    reap();
    taker().lease(PERIOD).claimOne();
    advance(OUTAGE);

    ReapReply reply = reap();
    assertThat(reply.gate()).isEqualTo(Gate.OPEN);
    assertThat(reply.returned()).isEqualTo(1);
  }

  @Test
  void a_live_worker_extends_in_the_grace_and_keeps_its_job() {
    enqueue(2);
    Claim alive = taker("alive").claimOne();
    Claim gone = taker("gone").claimOne();
    reap();
    advance(Duration.ofMinutes(10));
    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    assertThat(engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(alive.held())))
        .containsExactly(LeaseReply.EXTENDED);

    for (int i = 0; i < 4; i++) {
      advance(PERIOD);
      reap();
    }
    assertThat(state(alive.held().key())).isEqualTo(JobState.ACTIVE);
    assertThat(state(gone.held().key())).isEqualTo(JobState.READY);
    assertThat(taker("alive").settle(alive, succeeded())).isEqualTo(Settled.DONE);
  }

  @Test
  void a_late_outcome_in_the_grace_is_accepted() {
    String key = enqueueOne();
    Claim claim = taker().claimOne();
    reap();
    advance(Duration.ofMinutes(10));
    reap();

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(state(key)).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void the_first_reap_of_a_queue_is_no_outage() {
    enqueueOne();
    taker().claimOne();
    advance(Duration.ofHours(1));

    assertThat(reap().returned()).isEqualTo(1);
  }

  @Test
  void a_lease_that_ends_too_late_because_the_clock_stepped_back_is_cut() {
    String key = enqueueOne();
    taker().claimOne();
    reap();
    advance(Duration.ofHours(-3));

    assertThat(reap().gate()).isEqualTo(Gate.OPEN);
    assertThat(passReaping(TurnTaker.LEASE.minus(PERIOD)).returned()).isZero();
    assertThat(passReaping(PERIOD).returned()).isEqualTo(1);
    assertThat(state(key)).isEqualTo(JobState.READY);
  }

  @Test
  void a_grace_begun_before_the_clock_stepped_back_does_not_hold_for_ever() {
    enqueueOne();
    reap();
    taker().claimOne();
    advance(Duration.ofHours(5));
    assertThat(reap().gate()).isEqualTo(Gate.GRACE);
    advance(Duration.ofHours(-5));

    assertThat(reap().gate()).isEqualTo(Gate.OPEN);
    assertThat(passReaping(TurnTaker.LEASE).returned()).isEqualTo(1);
  }

  // Claims that come back late.

  @Test
  void a_worker_that_comes_back_after_its_job_was_reaped_is_refused() {
    String key = enqueueOne();
    Claim first = taker("w1").claimOne();
    passReaping(TurnTaker.LEASE);

    assertThat(taker("w1").settle(first, succeeded())).isEqualTo(Settled.UNCLAIMED);
    Claim second = taker("w2").claimOne();
    assertThat(taker("w1").settle(first, retry(PERIOD))).isEqualTo(Settled.TAKEN);
    assertThat(second.held().token().number()).isGreaterThan(first.held().token().number());
    assertThat(taker("w2").settle(second, succeeded())).isEqualTo(Settled.DONE);
    assertThat(counters(key)).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }

  @Test
  void a_worker_that_comes_back_to_a_poisoned_job_is_refused() {
    String key = enqueueOne();
    crash(key, 2);
    Claim claim = taker().claimOne();
    passReaping(TurnTaker.LEASE);

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.UNCLAIMED);
    assertThat(state(key)).isEqualTo(JobState.DEAD);
  }

  @Test
  void the_same_consumer_may_claim_again_what_was_reaped_from_it() {
    String key = enqueueOne();
    Claim first = taker().claimOne();
    passReaping(TurnTaker.LEASE);
    Claim second = taker().claimOne();

    engine().upkeep().tidy(reapOrder(), taker().consumer());
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    assertThat(taker().settle(first, succeeded())).isEqualTo(Settled.TAKEN);
    assertThat(taker().settle(second, succeeded())).isEqualTo(Settled.DONE);
  }

  // Cancel.

  @Test
  void a_cancel_asked_for_is_honoured_by_the_reap() {
    String key = enqueueOne();
    taker().claimOne();
    engine().control().cancel(queue(), key, Retention.STANDARD);
    ReapReply reply = passReaping(TurnTaker.LEASE);

    assertThat(reply.cancelled()).isEqualTo(1);
    assertThat(reply.returned()).isZero();
    StoredJob job = stored(key);
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.reason()).isEqualTo(StateReason.CANCELLED_ON_REQUEST);
    assertThat(job.counters().crashes()).isEqualTo(1);
  }

  @Test
  void a_reap_without_retention_keeps_nothing_of_what_it_ends() {
    Retention none = new Retention(Duration.ZERO, 0, Duration.ZERO, 0);
    List<String> keys = enqueue(2);
    crash(keys.get(0), 0);
    taker().claim(2);
    engine().control().cancel(queue(), keys.get(0), none);
    advance(TurnTaker.LEASE);
    engine().upkeep().reap(reapOrder(none));

    assertThat(engine().control().find(queue(), keys.get(0))).isEmpty();
    assertThat(state(keys.get(1))).isEqualTo(JobState.READY);
  }
}
