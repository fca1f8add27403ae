package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.HeldLock;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** K7 to K9 and K12: what becomes of a lock that Redis loses, or whose clock is set. */
class LockLossIT extends LockFixture {
  /**
   * For K9. The clock of the server is set by the instant that scripts are told: the script reads
   * one or the other in one place, so nothing else differs from a server whose clock was set.
   */
  private RedisEngine connectAt(AtomicLong millis) {
    RedisEngine connected =
        RedisEngine.connect(WorkerMain.options(uri, namespace), () -> Long.toString(millis.get()));
    opened.add(0, connected);
    return connected;
  }

  @Test
  void k7_after_a_failover_that_lost_the_lock_two_may_hold_it_and_tokens_still_rise()
      throws Exception {
    // The new primary never had the key: it was written just before the failover.
    HeldLock first = engine.lock("failover", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);
    redis.command("DEL", key("failover"));
    HeldLock second = engine.lock("failover", SHORT).tryLock().orElseThrow();
    FencedFile store = new FencedFile(directory);

    assertThat(first.isHeld()).as("not promised: both believe it").isTrue();
    assertThat(store.write(second.token())).isTrue();
    assertThat(store.write(first.token())).as("the store refuses the first").isFalse();
    get(lost);
    assertThat(first.unlock()).isFalse();
    assertThat(second.extendNow()).isTrue();
    second.close();
  }

  @Test
  void k7_a_replica_that_is_promoted_without_the_last_taking_gives_a_higher_token()
      throws Exception {
    try (RedisProcess primary = RedisServer.start();
        RedisProcess replica = RedisServer.start();
        RespClient promote = replica.connect();
        RedisEngine before = RedisEngine.connect(WorkerMain.options(primary.uri(), namespace))) {
      promote.command(
          "REPLICAOF", "127.0.0.1", Integer.toString(URI.create(primary.uri()).getPort()));
      HeldLock replicated = before.lock("failover").tryLock().orElseThrow();
      replicated.close();
      await("the replica knows the token")
          .atMost(LONG)
          .until(
              () ->
                  Long.toString(replicated.token())
                      .equals(promote.command("HGET", key("failover"), "token")));
      promote.command("REPLICAOF", "NO", "ONE");

      HeldLock lost = before.lock("failover").tryLock().orElseThrow();
      try (RedisEngine after = RedisEngine.connect(WorkerMain.options(replica.uri(), namespace));
          HeldLock next = after.lock("failover").tryLock().orElseThrow()) {
        assertThat(lost.isHeld()).as("not promised: two hold it").isTrue();
        assertThat(next.token()).isGreaterThan(lost.token());
      }
      lost.close();
    }
  }

  @Test
  void k8_tokens_rise_over_a_restart_of_redis_that_lost_everything() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RedisEngine there = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      HeldLock before = there.lock("restart").tryLock().orElseThrow();
      server.kill();
      server.restart();

      HeldLock after = there.lock("restart").tryLock().orElseThrow();
      assertThat(after.token()).isGreaterThan(before.token());
      assertThat(before.unlock()).isFalse();
      assertThat(after.unlock()).isTrue();
    }
  }

  @Test
  void k9_a_server_clock_set_forward_ends_a_lease_early_and_the_holder_is_told() throws Exception {
    AtomicLong clock = new AtomicLong(System.currentTimeMillis());
    RedisEngine there = connectAt(clock);
    HeldLock first = there.lock("clock", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(first);

    clock.addAndGet(Duration.ofHours(1).toMillis());
    HeldLock second = there.lock("clock").tryLock().orElseThrow();

    get(lost);
    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(first.unlock()).isFalse();
    assertThat(second.unlock()).isTrue();
  }

  @Test
  void k9_a_server_clock_set_back_keeps_a_dead_holders_lock_for_one_more_lease_at_most()
      throws Exception {
    AtomicLong clock = new AtomicLong(System.currentTimeMillis());
    RedisEngine dead = connectAt(clock);
    HeldLock first = dead.lock("clock", SHORT).tryLock().orElseThrow();
    dead.close();
    RedisLock next = connectAt(clock).lock("clock", SHORT);

    clock.addAndGet(-Duration.ofHours(1).toMillis());
    assertThat(next.tryLock()).isEmpty();
    clock.addAndGet(LEASE.toMillis() - 1);
    assertThat(next.tryLock()).isEmpty();
    clock.addAndGet(1);
    try (HeldLock second = next.tryLock().orElseThrow()) {
      assertThat(second.token()).isEqualTo(first.token() + 1);
    }
  }

  @Test
  void k12_a_holder_whose_key_was_deleted_is_told_within_an_extension_period() throws Exception {
    HeldLock held = engine.lock("deleted", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(held);

    redis.command("DEL", key("deleted"));
    long deleted = System.nanoTime();
    Duration told = Duration.ofNanos(get(lost) - deleted);

    report("K12 onLost after DEL", told, LEASE.dividedBy(3));
    assertThat(told).isLessThan(LEASE.dividedBy(3).plus(SLACK));
    try (HeldLock next = engine.lock("deleted").tryLock().orElseThrow()) {
      assertThat(next.token()).isGreaterThan(held.token());
    }
  }

  @Test
  void only_the_token_is_left_of_a_freed_lock_and_for_a_day() throws Exception {
    HeldLock held = engine.lock("day").tryLock().orElseThrow();
    long token = held.token();
    held.close();

    assertThat(redis.text("HGET", key("day"), "token")).isEqualTo(Long.toString(token));
    assertThat(redis.command("HLEN", key("day"))).isEqualTo(1L);
    assertThat((Long) redis.command("PTTL", key("day")))
        .isBetween(Duration.ofHours(23).toMillis(), Duration.ofHours(24).toMillis());
  }
}
