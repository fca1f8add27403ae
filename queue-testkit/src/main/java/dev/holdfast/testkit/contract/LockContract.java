package dev.holdfast.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import dev.holdfast.spi.Locks.ExtendReply;
import dev.holdfast.spi.Locks.LockReply;
import dev.holdfast.spi.Locks.UnlockReply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How a lock is taken, kept and freed: one owner at a time, by the store's clock, and its token.
 */
public abstract class LockContract extends EngineContract {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration MS = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private String name = "";

  @BeforeEach
  final void nameLock() {
    name = harness().freshLock();
  }

  private Locks locks() {
    return engine().locks();
  }

  private LockHolder holder(String owner) {
    return new LockHolder(name, owner);
  }

  private static <T> T answer(CompletableFuture<T> future) {
    return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private LockReply ask(LockHolder holder) {
    return answer(locks().lock(holder, LEASE, PATIENCE));
  }

  private LockReply ask(String owner) {
    return ask(holder(owner));
  }

  /** The token that the owner is given; it must be given one. */
  private long take(String owner) {
    LockReply reply = ask(owner);
    assertThat(reply).isInstanceOf(LockReply.Locked.class);
    return ((LockReply.Locked) reply).token();
  }

  private ExtendReply extend(String owner, long token, Duration lease) {
    return answer(locks().extend(holder(owner), token, lease, PATIENCE));
  }

  private ExtendReply extend(String owner, long token) {
    return extend(owner, token, LEASE);
  }

  private UnlockReply unlock(String owner, @Nullable Long token) {
    return answer(locks().unlock(holder(owner), token, PATIENCE));
  }

  private static LockReply heldFor(Duration left) {
    return new LockReply.Held(left);
  }

  private long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, now());
  }

  // Taking.

  @Test
  void a_free_lock_is_given_with_a_token_that_is_the_stores_time_in_microseconds() {
    assertThat(take("a")).isEqualTo(nowMicros());
  }

  @Test
  void a_held_lock_is_refused_with_what_is_left_of_its_lease() {
    take("a");
    assertThat(ask("b")).isEqualTo(heldFor(LEASE));

    advance(Duration.ofMillis(12_345));
    assertThat(ask("b")).isEqualTo(heldFor(LEASE.minusMillis(12_345)));
  }

  @Test
  void an_owner_that_asks_again_is_given_the_same_token_and_a_full_lease() {
    long token = take("a");
    advance(LEASE.minus(MS));

    assertThat(take("a")).isEqualTo(token);
    assertThat(ask("b")).isEqualTo(heldFor(LEASE));
    assertThat(extend("a", token)).isEqualTo(ExtendReply.EXTENDED);
  }

  @Test
  void a_lease_that_is_not_extended_frees_the_lock_at_its_end_and_not_before() {
    long first = take("a");
    advance(LEASE.minus(MS));
    assertThat(ask("b")).isEqualTo(heldFor(MS));

    advance(MS);
    assertThat(take("b")).isGreaterThan(first);
  }

  @Test
  void an_owner_whose_lease_has_ended_takes_the_lock_anew_with_a_higher_token() {
    long token = take("a");
    advance(LEASE);

    assertThat(take("a")).isGreaterThan(token);
  }

  @Test
  void a_refused_owner_changes_nothing_for_the_one_that_has_it() {
    long token = take("a");
    for (int i = 0; i < 3; i++) {
      ask("b");
    }

    assertThat(take("a")).isEqualTo(token);
    assertThat(unlock("a", token)).isEqualTo(UnlockReply.UNLOCKED);
  }

  @Test
  void locks_of_different_names_do_not_know_each_other() {
    take("a");
    LockHolder other = new LockHolder(harness().freshLock(), "b");

    assertThat(ask(other)).isInstanceOf(LockReply.Locked.class);
    assertThat(answer(locks().unlock(other, null, PATIENCE))).isEqualTo(UnlockReply.UNLOCKED);
    assertThat(ask("b")).isEqualTo(heldFor(LEASE));
  }

  @Test
  void a_lock_and_a_queue_of_the_same_name_do_not_know_each_other() {
    name = queue().name();
    String key = enqueueOne();
    long token = take("a");

    assertThat(taker().claimOne().held().key()).isEqualTo(key);
    assertThat(unlock("a", token)).isEqualTo(UnlockReply.UNLOCKED);
  }

  @Test
  void of_many_owners_that_ask_at_once_one_is_given_the_lock() {
    List<CompletableFuture<LockReply>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(locks().lock(holder("owner-" + i), LEASE, PATIENCE));
    }

    assertThat(asked.stream().map(LockContract::answer))
        .filteredOn(LockReply.Locked.class::isInstance)
        .hasSize(1);
  }

  // The token.

  @Test
  void tokens_rise_with_every_taking_also_within_one_instant() {
    long last = 0;
    for (int i = 0; i < 10; i++) {
      String owner = "owner-" + i;
      long token = take(owner);
      assertThat(token).isGreaterThan(last);
      last = token;
      assertThat(unlock(owner, token)).isEqualTo(UnlockReply.UNLOCKED);
    }
  }

  @Test
  void a_token_is_remembered_after_the_unlock_and_rises_though_the_clock_was_set_back() {
    long token = take("a");
    unlock("a", token);
    advance(HOUR.negated());

    assertThat(take("b")).isEqualTo(token + 1);
  }

  // Extending.

  @Test
  void an_extended_lease_runs_anew_from_the_extension() {
    long token = take("a");
    advance(LEASE.minus(MS));

    assertThat(extend("a", token)).isEqualTo(ExtendReply.EXTENDED);
    assertThat(ask("b")).isEqualTo(heldFor(LEASE));
  }

  @Test
  void an_extension_may_shorten_the_lease() {
    long token = take("a");

    assertThat(extend("a", token, MS)).isEqualTo(ExtendReply.EXTENDED);
    assertThat(ask("b")).isEqualTo(heldFor(MS));
    advance(MS);
    assertThat(take("b")).isGreaterThan(token);
  }

  @Test
  void an_extension_keeps_the_token() {
    long token = take("a");
    extend("a", token);

    assertThat(take("a")).isEqualTo(token);
  }

  @Test
  void an_extension_after_the_lease_ran_out_is_refused_as_free_even_if_nobody_took_the_lock() {
    long token = take("a");
    advance(LEASE);

    assertThat(extend("a", token)).isEqualTo(ExtendReply.FREE);
    take("b");
  }

  @Test
  void an_extension_after_the_unlock_is_refused_as_free() {
    long token = take("a");
    unlock("a", token);

    assertThat(extend("a", token)).isEqualTo(ExtendReply.FREE);
    take("b");
  }

  @Test
  void an_extension_of_a_lock_that_never_was_is_refused_as_free() {
    assertThat(extend("a", 1)).isEqualTo(ExtendReply.FREE);
    take("b");
  }

  @Test
  void an_extension_after_another_took_the_lock_is_refused_as_taken() {
    long first = take("a");
    advance(LEASE);
    take("b");

    assertThat(extend("a", first)).isEqualTo(ExtendReply.TAKEN);
    assertThat(ask("c")).isEqualTo(heldFor(LEASE));
  }

  @Test
  void an_extension_needs_both_the_owner_and_the_token() {
    long token = take("a");
    advance(MS);

    assertThat(extend("b", token)).isEqualTo(ExtendReply.TAKEN);
    assertThat(extend("a", token + 1)).isEqualTo(ExtendReply.TAKEN);
    assertThat(ask("c")).isEqualTo(heldFor(LEASE.minus(MS)));
  }

  @Test
  void an_extension_with_the_token_of_the_same_owners_earlier_taking_is_refused_as_taken() {
    long first = take("a");
    advance(LEASE);
    long second = take("a");

    assertThat(extend("a", first)).isEqualTo(ExtendReply.TAKEN);
    assertThat(extend("a", second)).isEqualTo(ExtendReply.EXTENDED);
  }

  // Unlocking.

  @Test
  void an_unlocked_lock_is_free_at_once() {
    long first = take("a");

    assertThat(unlock("a", first)).isEqualTo(UnlockReply.UNLOCKED);
    assertThat(take("b")).isGreaterThan(first);
  }

  @Test
  void an_owner_that_never_learned_its_token_frees_the_lock_without_it() {
    take("a");

    assertThat(unlock("a", null)).isEqualTo(UnlockReply.UNLOCKED);
    take("b");
  }

  @Test
  void a_second_unlock_finds_the_lock_free() {
    long token = take("a");
    unlock("a", token);

    assertThat(unlock("a", token)).isEqualTo(UnlockReply.FREE);
    assertThat(unlock("a", null)).isEqualTo(UnlockReply.FREE);
  }

  @Test
  void an_unlock_of_a_lock_that_never_was_finds_it_free() {
    assertThat(unlock("a", null)).isEqualTo(UnlockReply.FREE);
  }

  @Test
  void an_unlock_after_the_lease_ran_out_finds_the_lock_free() {
    long token = take("a");
    advance(LEASE);

    assertThat(unlock("a", token)).isEqualTo(UnlockReply.FREE);
  }

  @Test
  void an_unlock_after_another_took_the_lock_frees_nothing() {
    long first = take("a");
    advance(LEASE);
    long second = take("b");

    assertThat(unlock("a", first)).isEqualTo(UnlockReply.TAKEN);
    assertThat(unlock("a", null)).isEqualTo(UnlockReply.TAKEN);
    assertThat(extend("b", second)).isEqualTo(ExtendReply.EXTENDED);
  }

  @Test
  void an_unlock_needs_both_the_owner_and_the_token() {
    long token = take("a");

    assertThat(unlock("b", token)).isEqualTo(UnlockReply.TAKEN);
    assertThat(unlock("a", token + 1)).isEqualTo(UnlockReply.TAKEN);
    assertThat(ask("c")).isEqualTo(heldFor(LEASE));
  }

  // A clock that is set.

  @Test
  void a_clock_set_forward_ends_the_lease_early_and_the_token_rises() {
    long first = take("a");
    advance(HOUR);

    long second = take("b");
    assertThat(second).isGreaterThan(first);
    assertThat(extend("a", first)).isEqualTo(ExtendReply.TAKEN);
  }

  @Test
  void a_clock_set_back_keeps_a_dead_holders_lock_for_one_lease_from_the_next_asking() {
    long first = take("a");
    advance(HOUR.negated());

    assertThat(ask("b")).isEqualTo(heldFor(LEASE));
    advance(LEASE.minus(MS));
    assertThat(ask("b")).isEqualTo(heldFor(MS));
    advance(MS);
    assertThat(take("b")).isEqualTo(first + 1);
  }

  @Test
  void a_lock_that_was_unlocked_after_its_lease_ran_out_is_free_though_the_clock_is_set_back() {
    long token = take("a");
    advance(LEASE);
    assertThat(unlock("a", token)).isEqualTo(UnlockReply.FREE);
    advance(LEASE.negated());

    assertThat(extend("a", token)).isEqualTo(ExtendReply.FREE);
    assertThat(take("b")).isEqualTo(token + 1);
  }

  @Test
  void a_clock_set_back_takes_nothing_from_a_living_holder() {
    long token = take("a");
    advance(HOUR.negated());
    ask("b");

    advance(LEASE.minus(MS));
    assertThat(extend("a", token)).isEqualTo(ExtendReply.EXTENDED);
    assertThat(ask("b")).isEqualTo(heldFor(LEASE));
    assertThat(unlock("a", token)).isEqualTo(UnlockReply.UNLOCKED);
  }
}
