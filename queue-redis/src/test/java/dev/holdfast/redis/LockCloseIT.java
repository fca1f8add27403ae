package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Locks.ExtendReply;
import dev.holdfast.spi.Locks.UnlockReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** K10 and K11: what closing a lock does, and does not, however it races. */
class LockCloseIT extends LockFixture {
  private static final int ROUNDS = Integer.getInteger("holdfast.lock.rounds", 100_000);

  @Test
  void k10_freeing_what_is_not_held_has_no_effect() throws Exception {
    RedisLock lock = engine.lock("mine");
    HeldLock first = lock.tryLock().orElseThrow();
    assertThat(lock.tryLock()).as("not reentrant").isEmpty();
    assertThat(first.unlock()).isTrue();
    assertThat(first.unlock()).as("twice").isFalse();
    assertThat(first.isHeld()).isFalse();
    assertThat(first.extendNow()).isFalse();

    try (HeldLock second = lock.tryLock().orElseThrow()) {
      first.close();
      Locks locks = engine.locks();
      LockHolder somebody = new LockHolder("mine", "somebody");
      assertThat(get(locks.unlock(somebody, second.token(), LONG))).isEqualTo(UnlockReply.TAKEN);
      assertThat(get(locks.extend(somebody, second.token(), LEASE, LONG)))
          .isEqualTo(ExtendReply.TAKEN);
      assertThat(second.extendNow()).isTrue();
    }
    assertThat(isFree(lock)).isTrue();
  }

  @Test
  void k10_a_lock_that_was_lost_is_not_freed_by_its_close() throws Exception {
    RedisLock lock = engine.lock("mine");
    HeldLock first = lock.tryLock().orElseThrow();
    redis.command("DEL", key("mine"));
    assertThat(first.extendNow()).isFalse();
    HeldLock second = lock.tryLock().orElseThrow();

    assertThat(first.unlock()).isFalse();
    first.close();

    // On the connection of that unlock, so it has arrived by then.
    assertThat(lock.tryLock()).isEmpty();
    assertThat(second.extendNow()).isTrue();
    CompletableFuture<Long> late = new CompletableFuture<>();
    first.onLost(() -> late.complete(1L));
    second.onLost(() -> late.complete(2L));
    second.close();
    assertThat(late).isNotDone();
  }

  // A hundred thousand rounds, however busy the machine.
  @Test
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void k11_no_lease_moves_after_close_however_it_races_with_extensions_and_interrupts()
      throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(2 * threads);
    AtomicInteger left = new AtomicInteger(ROUNDS);
    List<Future<?>> done = new ArrayList<>();
    long began = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      String name = "race-" + t;
      done.add(pool.submit(() -> race(engine.lock(name, SHORT), pool, left)));
    }
    for (Future<?> each : done) {
      each.get(10, TimeUnit.MINUTES);
    }
    report("K11 " + ROUNDS + " rounds", since(began), LONG);

    // Whatever is still on its way has arrived when a later call on each connection has.
    try (HeldLock last = engine.lock("last").tryLock().orElseThrow()) {
      assertThat(last.extendNow()).isTrue();
    }
    for (int t = 0; t < threads; t++) {
      assertThat(redis.text("TYPE", key("race-" + t))).isEqualTo("hash");
      assertThat(redis.command("HLEN", key("race-" + t))).as("only the token").isEqualTo(1L);
    }
    pool.shutdown();
  }

  private static Void race(RedisLock lock, ExecutorService pool, AtomicInteger left)
      throws Exception {
    for (int round = left.decrementAndGet(); round >= 0; round = left.decrementAndGet()) {
      HeldLock held = lock(lock);
      CountDownLatch together = new CountDownLatch(1);
      Future<?> extender =
          pool.submit(
              () -> {
                together.await();
                try {
                  return held.extendNow();
                } catch (EngineUnavailableException unanswered) {
                  // A busy machine: it may or may not have arrived, which is a race as well.
                  return false;
                }
              });
      together.countDown();
      boolean interrupted = round % 3 == 0;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      held.close();
      assertThat(Thread.interrupted()).isEqualTo(interrupted);
      extender.get();
      assertThat(held.extendNow()).isFalse();
    }
    return null;
  }
}
