package dev.holdfast.lock;

import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks.UnlockReply;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Frees what is ours, again and again until an answer comes or the lease has ended anyway. */
final class Unlocking {
  private final LockKeeper keeper;
  private final LockHolder holder;
  private final @Nullable Long token;
  private final long end;
  private final CompletableFuture<Boolean> freed = new CompletableFuture<>();

  /** For a token that may not be known, and a lease that ends at an instant of the keeper's. */
  Unlocking(LockKeeper keeper, LockHolder holder, @Nullable Long token, long end) {
    this.keeper = keeper;
    this.holder = holder;
    this.token = token;
    this.end = end;
  }

  /** Whether it was ours until now; false also if no answer came. Does not wait. */
  CompletableFuture<Boolean> start() {
    send();
    return freed;
  }

  private void send() {
    var unused =
        keeper
            .locks()
            .unlock(holder, token, keeper.answerTimeout())
            .whenComplete(
                (reply, error) -> {
                  if (error == null) {
                    freed.complete(reply == UnlockReply.UNLOCKED);
                  } else if (keeper.nanos() - end >= 0
                      || keeper.after(LockKeeper.retryNanos(), this::send) == null) {
                    freed.complete(false);
                  }
                });
  }
}
