package dev.holdfast.testkit;

import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import dev.holdfast.testkit.FaultyEngine.Call;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Locks of which some calls go wrong. */
final class FaultyLocks implements Locks {
  private final Locks locks;
  private final FaultDice dice;

  FaultyLocks(Locks locks, FaultDice dice) {
    this.locks = locks;
    this.dice = dice;
  }

  @Override
  public CompletableFuture<LockReply> lock(LockHolder holder, Duration lease, Duration timeout) {
    return dice.later(Call.LOCK, of(holder), () -> locks.lock(holder, lease, timeout));
  }

  @Override
  public CompletableFuture<ExtendReply> extend(
      LockHolder holder, long token, Duration lease, Duration timeout) {
    return dice.later(
        Call.EXTEND_LOCK, of(holder), () -> locks.extend(holder, token, lease, timeout));
  }

  @Override
  public CompletableFuture<UnlockReply> unlock(
      LockHolder holder, @Nullable Long token, Duration timeout) {
    return dice.later(Call.UNLOCK, of(holder), () -> locks.unlock(holder, token, timeout));
  }

  @Override
  public Duration answerTimeout() {
    return locks.answerTimeout();
  }

  private static String of(LockHolder holder) {
    return " of lock " + holder.name();
  }
}
