package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.LockException;
import dev.holdfast.lock.LockHeldException;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a lock is waited for, held and given up. */
class LockIT extends LockFixture {
  @Test
  void a_living_holder_keeps_the_lock_over_many_leases() throws Exception {
    LockOptions shortest = LockOptions.defaults().withLease(Duration.ofMillis(600));
    try (HeldLock held = engine.lock("kept", shortest).tryLock().orElseThrow()) {
      assertThat(engine.lock("kept").tryLock(Duration.ofSeconds(2))).isEmpty();
      assertThat(held.isHeld()).isTrue();
    }
  }

  @Test
  void a_lock_is_lost_at_its_longest_hold() throws Exception {
    LockOptions options =
        LockOptions.defaults()
            .withLease(Duration.ofMillis(600))
            .withMaxHold(Duration.ofMillis(1_500));
    long began = System.nanoTime();
    HeldLock stuck = engine.lock("stuck", options).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(stuck);

    HeldLock next = lock(engine.lock("stuck"));
    Duration took = since(began);

    assertThat(lost).as("lost before the next has it").isDone();
    assertThat(took).isBetween(Duration.ofMillis(1_400), Duration.ofMillis(1_500).plus(SLACK));
    assertThat(stuck.isHeld()).isFalse();
    next.close();
  }

  @Test
  void a_callback_runs_once_also_when_given_after_the_loss_or_when_another_fails()
      throws Exception {
    HeldLock held = engine.lock("told").tryLock().orElseThrow();
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Long> late = new CompletableFuture<>();
    held.onLost(
        () -> {
          calls.incrementAndGet();
          throw new IllegalStateException("a callback may fail");
        });
    redis.command("DEL", key("told"));
    assertThat(held.extendNow()).isFalse();
    assertThat(held.extendNow()).isFalse();

    held.onLost(() -> late.complete(1L));
    get(late);
    await().atMost(LONG).until(() -> calls.get() > 0);
    held.close();
    assertThat(calls).hasValue(1);
  }

  @Test
  void a_waiter_that_gives_up_leaves_nothing_behind() throws Exception {
    try (HeldLock held = engine.lock("waited").tryLock().orElseThrow()) {
      Object before = redis.command("HGETALL", key("waited"));
      RedisLock lock = engine.lock("waited");
      assertThatThrownBy(() -> lock.lock(Duration.ofMillis(100)))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("waited");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> lock.lock(LONG)).isInstanceOf(InterruptedException.class);

      await("the interrupted request was undone")
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(redis.command("HGETALL", key("waited"))).isEqualTo(before));
      assertThat((List<?>) redis.command("KEYS", namespace + ":*")).hasSize(1);
      assertThat(held.unlock()).isTrue();
    }
  }

  @Test
  void an_interrupted_taker_of_a_free_lock_does_not_keep_it() throws Exception {
    RedisLock lock = engine.lock("interrupted");
    for (int i = 0; i < 50; i++) {
      Thread.currentThread().interrupt();
      try {
        lock.tryLock().orElseThrow().close();
      } catch (InterruptedException expected) {
        // as the flag said
      }
      Thread.interrupted();
      assertThat(lock.tryLock(Duration.ofSeconds(5)).map(HeldLock::unlock)).contains(true);
    }
  }

  @Test
  void closing_the_engine_tells_holders_and_leaves_the_lock_to_its_lease() throws Exception {
    RedisEngine closing = connect(uri);
    HeldLock held = closing.lock("engine", SHORT).tryLock().orElseThrow();
    CompletableFuture<Long> lost = lossOf(held);
    RedisLock lock = closing.lock("engine", SHORT);

    closing.close();

    get(lost);
    assertThat(held.isHeld()).isFalse();
    assertThat(isFree(engine.lock("engine"))).isFalse();
    assertThatThrownBy(lock::tryLock).isInstanceOf(EngineUnavailableException.class);
    held.close();
  }

  @Test
  void a_full_redis_still_locks_and_a_key_that_is_not_ours_is_refused() throws Exception {
    try (RedisProcess server = RedisServer.start();
        RespClient there = server.connect();
        RedisEngine full = RedisEngine.connect(WorkerMain.options(server.uri(), namespace))) {
      there.command("SET", key("theirs"), "not ours");
      there.command("CONFIG", "SET", "maxmemory", "1");

      try (HeldLock held = full.lock("full", SHORT).tryLock().orElseThrow()) {
        assertThat(held.extendNow()).isTrue();
        assertThat(full.lock("full").tryLock()).isEmpty();
      }
      assertThatThrownBy(() -> full.lock("theirs").tryLock())
          .isInstanceOf(LockException.class)
          .hasMessageContaining("theirs");
      assertThat(there.text("GET", key("theirs"))).isEqualTo("not ours");
    }
  }

  @Test
  void names_keep_the_rules_of_names_and_waits_have_bounds() {
    assertThatThrownBy(() -> engine.lock("a b")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> engine.lock("{a}")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> engine.lock("a").tryLock(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
