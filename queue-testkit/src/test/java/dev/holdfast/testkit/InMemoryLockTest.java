package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.LockHeldException;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.lock.NamedLock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Locks in memory, by a clock that the test moves: how they are held, extended and lost. */
class InMemoryLockTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration PERIOD = LEASE.dividedBy(3);

  private final ManualTime time = ManualTime.create();
  private final InMemoryEngine engine = InMemoryEngine.on(time);
  private final NamedLock lock = engine.lock("report");

  @AfterEach
  void close() {
    engine.close();
  }

  private static CompletableFuture<String> lossOf(HeldLock held) {
    CompletableFuture<String> lost = new CompletableFuture<>();
    held.onLost(() -> lost.complete("lost"));
    return lost;
  }

  private static void awaitLoss(CompletableFuture<String> lost) {
    assertThat(lost.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("lost");
  }

  @Test
  void a_lock_is_held_by_one_at_a_time_and_is_not_reentrant() throws Exception {
    try (HeldLock held = lock.tryLock().orElseThrow()) {
      assertThat(held.name()).isEqualTo("report");
      assertThat(held.isHeld()).isTrue();
      assertThat(lock.tryLock()).isEmpty();
      assertThatThrownBy(() -> lock.lock(Duration.ZERO))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("report");
    }
    try (HeldLock next = lock.tryLock().orElseThrow()) {
      assertThat(next.isHeld()).isTrue();
    }
  }

  @Test
  void a_living_holder_keeps_the_lock_over_many_leases() throws Exception {
    try (HeldLock held = lock.tryLock().orElseThrow()) {
      for (int i = 0; i < 300; i++) {
        time.advance(PERIOD);
        assertThat(lock.tryLock()).isEmpty();
      }
      assertThat(held.isHeld()).isTrue();
      assertThat(held.unlock()).isTrue();
    }
  }

  @Test
  void a_pause_longer_than_the_lease_loses_the_lock_and_tells_its_holder_once() throws Exception {
    HeldLock held = lock.tryLock().orElseThrow();
    AtomicInteger told = new AtomicInteger();
    held.onLost(told::incrementAndGet);
    CompletableFuture<String> lost = lossOf(held);

    time.advance(LEASE);
    assertThat(held.isHeld()).isFalse();
    time.advance(LEASE);

    awaitLoss(lost);
    assertThat(told.get()).isLessThanOrEqualTo(1);
    assertThat(held.extendNow()).isFalse();
    assertThat(held.unlock()).isFalse();
    try (HeldLock next = lock.tryLock().orElseThrow()) {
      assertThat(next.token()).isGreaterThan(held.token());
    }
  }

  @Test
  void a_lock_counts_as_lost_a_margin_before_its_lease_ends() throws Exception {
    HeldLock held = lock.tryLock().orElseThrow();

    time.advance(LEASE.minusMillis(350));

    assertThat(held.isHeld()).isFalse();
    assertThat(lock.tryLock()).as("the engine still keeps it for its holder").isEmpty();
    time.advance(Duration.ofMillis(350));
    assertThat(lock.tryLock()).isPresent();
  }

  @Test
  void a_lock_is_lost_at_its_longest_hold_however_healthy_its_holder() throws Exception {
    Duration most = Duration.ofMinutes(5);
    NamedLock bounded = engine.lock("stuck", LockOptions.defaults().withMaxHold(most));
    HeldLock held = bounded.tryLock().orElseThrow();
    CompletableFuture<String> lost = lossOf(held);

    for (int i = 1; i < 30; i++) {
      time.advance(PERIOD);
      assertThat(held.isHeld()).as("after %s periods", i).isTrue();
    }
    time.advance(PERIOD);

    awaitLoss(lost);
    assertThat(bounded.tryLock()).isPresent();
  }

  @Test
  void a_waiter_is_given_the_lock_when_the_clock_passes_the_end_of_the_lease() throws Exception {
    HeldLock first = lock.tryLock().orElseThrow();
    CompletableFuture<Optional<HeldLock>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return lock.tryLock(Duration.ofSeconds(20));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    time.advance(LEASE);

    HeldLock second = waiting.get(20, TimeUnit.SECONDS).orElseThrow();
    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(first.isHeld()).isFalse();
    second.close();
  }

  @Test
  void a_callback_given_after_the_loss_runs_at_once_and_none_after_close() throws Exception {
    HeldLock lost = lock.tryLock().orElseThrow();
    time.advance(LEASE);
    awaitLoss(lossOf(lost));

    HeldLock closed = lock.tryLock().orElseThrow();
    CompletableFuture<String> never = lossOf(closed);
    closed.close();
    time.advance(LEASE);
    CompletableFuture<String> after = lossOf(closed);
    assertThat(never).isNotDone();
    assertThat(after).isNotDone();
  }

  @Test
  void closing_the_engine_tells_holders_and_refuses_takers() throws Exception {
    HeldLock held = lock.tryLock().orElseThrow();
    CompletableFuture<String> lost = lossOf(held);

    engine.close();

    awaitLoss(lost);
    assertThatThrownBy(lock::tryLock).isInstanceOf(EngineUnavailableException.class);
    assertThat(held.unlock()).isFalse();
  }

  @Test
  void names_keep_the_rules_of_names_and_waits_have_bounds() {
    assertThatThrownBy(() -> engine.lock("a b")).isInstanceOf(InvalidNameException.class);
    assertThatThrownBy(() -> lock.tryLock(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wait");
    assertThatThrownBy(() -> lock.tryLock(Duration.ofHours(25)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
