package dev.holdfast.redis;

import dev.holdfast.redis.RedisErrors.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Sends again what was refused, or not sent, before anything happened: so a failover, a slot on its
 * way or a server that loads is not seen by the caller. A call that may have run is never sent
 * again from here. The last try has half of the call's time, lest a good answer come too late.
 */
final class Patience implements RedisCalls {
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LAST_PAUSE_MS = 250;

  private final RedisCalls calls;
  private final Set<Kind> harmless;

  /**
   * Wraps calls.
   *
   * @param harmless the errors after which a call is sent again
   */
  Patience(RedisCalls calls, Set<Kind> harmless) {
    this.calls = calls;
    this.harmless = harmless;
  }

  @Override
  public CompletableFuture<List<Object>> call(
      Script script, byte[][] keys, Args args, Duration timeout) {
    return call(script, keys, args, System.nanoTime() + timeout.toNanos(), timeout, 0);
  }

  private static boolean isEnough(Duration left, Duration first) {
    return left.multipliedBy(2).compareTo(first) >= 0;
  }

  private CompletableFuture<List<Object>> call(
      Script script, byte[][] keys, Args args, long by, Duration timeout, int tries) {
    Duration left = Duration.ofNanos(by - System.nanoTime());
    return calls
        .call(script, keys, args, left)
        .exceptionallyCompose(
            error -> {
              long most = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(tries, 10));
              long pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
              Duration after = Duration.ofNanos(by - System.nanoTime()).minusMillis(pause);
              if (!harmless.contains(RedisErrors.kindOf(error)) || !isEnough(after, timeout)) {
                return CompletableFuture.failedFuture(error);
              }
              return later(pause)
                  .thenCompose(paused -> call(script, keys, args, by, timeout, tries + 1));
            });
  }

  /** Completed by the JDK's timer, whose thread only sends. */
  private static CompletableFuture<Void> later(long millis) {
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run));
  }
}
