package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.JobState;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.LeaseReply;
import dev.holdfast.spi.Settled;
import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.ReapContract;
import dev.holdfast.testkit.contract.TurnTaker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Beside the contract: what tidy makes of keys that no script of ours leaves so. */
final class RedisReapContractIT extends ReapContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }

  private void redis(String command, String key, String... rest) {
    RedisHarness harness = (RedisHarness) harness();
    String[] parts = new String[rest.length + 2];
    parts[0] = command;
    parts[1] = harness.key(queue(), key);
    System.arraycopy(rest, 0, parts, 2, rest.length);
    harness.redis().command(parts);
  }

  private List<String> list(String consumer) {
    RedisHarness harness = (RedisHarness) harness();
    return StoredQueue.strings(
        harness.redis().command("LRANGE", harness.key(queue(), "active:" + consumer), "0", "-1"));
  }

  private int tidy(String consumer) {
    return engine().upkeep().tidy(reapOrder(), consumer);
  }

  private Claim claimWithoutLease() {
    enqueueOne();
    Claim claim = taker().claimOne();
    redis("ZREM", "leases", claim.held().key());
    return claim;
  }

  @Test
  void a_claim_without_a_lease_is_reaped_when_seen_twice_a_period_apart() {
    String key = claimWithoutLease().held().key();

    assertThat(tidy("w1")).isZero();
    advance(PERIOD.minusMillis(1));
    assertThat(tidy("w1")).isZero();
    assertThat(state(key)).isEqualTo(JobState.ACTIVE);
    advance(Duration.ofMillis(1));
    assertThat(tidy("w1")).isEqualTo(1);

    assertThat(state(key)).isEqualTo(JobState.READY);
    assertThat(stored(key).reason()).isEqualTo(StateReason.REAPED);
    assertThat(counters(key).crashes()).isEqualTo(1);
    assertThat(list("w1")).isEmpty();
    assertThat(tidy("w1")).isZero();
    assertThat(reap().tidyNext()).isNull();
  }

  @Test
  void a_sighting_of_an_earlier_claim_does_not_count() {
    Claim first = claimWithoutLease();
    tidy("w1");
    taker().settle(first, retry(Duration.ZERO));
    Claim second = taker().claimOne();
    redis("ZREM", "leases", second.held().key());
    advance(PERIOD);

    assertThat(tidy("w1")).isZero();
    advance(PERIOD);
    assertThat(tidy("w1")).isEqualTo(1);
    assertThat(taker().settle(second, succeeded())).isEqualTo(Settled.UNCLAIMED);
  }

  @Test
  void a_missing_lease_is_added_again_by_an_extension() {
    Claim claim = claimWithoutLease();
    tidy("w1");
    advance(PERIOD);

    assertThat(engine().claiming().extend(queue(), TurnTaker.LEASE, List.of(claim.held())))
        .containsExactly(LeaseReply.EXTENDED);
    assertThat(tidy("w1")).isZero();
    assertThat(passReaping(TurnTaker.LEASE).returned()).isEqualTo(1);
  }

  @Test
  void an_outcome_of_a_claim_without_a_lease_is_accepted() {
    Claim claim = claimWithoutLease();

    assertThat(taker().settle(claim, succeeded())).isEqualTo(Settled.DONE);
    assertThat(tidy("w1")).isZero();
  }

  @Test
  void a_claim_without_a_lease_becomes_poison_at_its_third_crash() {
    String key = enqueueOne();
    for (int i = 0; i < 3; i++) {
      taker().claimOne();
      redis("ZREM", "leases", key);
      tidy("w1");
      advance(PERIOD);
      assertThat(tidy("w1")).isEqualTo(1);
    }

    assertThat(stored(key).reason()).isEqualTo(StateReason.POISON);
    assertThat(history(key)).hasSize(3);
  }

  @Test
  void entries_that_are_not_true_are_removed_and_put_nowhere() {
    List<String> keys = enqueue(3);
    taker("w2").claimOne();
    taker("w1").claimOne();
    redis("RPUSH", "active:w1", keys.get(0), "garbage", keys.get(2), key());

    assertThat(tidy("w1")).isZero();
    assertThat(list("w1")).containsExactly(keys.get(1));
    assertThat(stats().ready()).isEqualTo(1);
    assertThat(stats().active()).isEqualTo(2);
    assertThat(keysOf(taker("w3").claim(5))).containsExactly(keys.get(2));
  }

  @Test
  void of_entries_that_are_twice_in_a_list_one_is_kept() {
    List<String> keys = enqueue(2);
    taker().claim(2);
    redis("RPUSH", "active:w1", keys.get(0), keys.get(1), keys.get(0));

    assertThat(tidy("w1")).isZero();
    assertThat(list("w1")).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void a_job_reaped_from_a_consumer_and_claimed_again_by_it_keeps_one_entry() {
    String key = enqueueOne();
    taker().claimOne();
    passReaping(TurnTaker.LEASE);
    Claim second = taker().claimOne();
    assertThat(list("w1")).containsExactly(key, key);

    assertThat(tidy("w1")).isZero();
    assertThat(list("w1")).containsExactly(key);
    taker().settle(second, succeeded());
    assertThat(list("w1")).isEmpty();
  }

  @Test
  void a_lease_of_a_job_that_is_not_active_is_dropped_by_the_reap() {
    String key = enqueueOne();
    redis("ZADD", "leases", Long.toString(now().toEpochMilli()), key);
    redis("ZADD", "leases", Long.toString(now().toEpochMilli()), key());

    assertThat(reap().returned()).isZero();
    assertThat(stats().active()).isZero();
    assertThat(keysOf(taker().claim(5))).containsExactly(key);
  }
}
