package dev.holdfast.redis;

import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Locks in Redis, a key each. Extensions have the connection of leases, so that they do not wait
 * behind payloads.
 */
final class RedisLocks implements Locks {
  /** How long the token is remembered after a lock was freed: the counter goes with its key. */
  private static final Duration TOKEN_KEPT = Duration.ofHours(24);

  private final Shared shared;

  RedisLocks(Shared shared) {
    this.shared = shared;
  }

  @Override
  public CompletableFuture<LockReply> lock(LockHolder holder, Duration lease, Duration timeout) {
    Args args = args(holder).add(lease.toMillis()).add(TOKEN_KEPT.toMillis());
    return call(
        shared.connections().commands(),
        Script.LOCK,
        holder,
        args,
        timeout,
        reply ->
            switch (LockWord.valueOf(reply.text())) {
              case LOCKED -> new LockReply.Locked(reply.number());
              case HELD -> new LockReply.Held(Duration.ofMillis(reply.number()));
            });
  }

  /** The results of {@code lock.lua}. */
  enum LockWord {
    LOCKED,
    HELD
  }

  @Override
  public CompletableFuture<ExtendReply> extend(
      LockHolder holder, long token, Duration lease, Duration timeout) {
    Args args = args(holder).add(token).add(lease.toMillis()).add(TOKEN_KEPT.toMillis());
    return call(
        shared.connections().leases(),
        Script.EXTEND_LOCK,
        holder,
        args,
        timeout,
        reply -> ExtendReply.valueOf(reply.text()));
  }

  @Override
  public CompletableFuture<UnlockReply> unlock(
      LockHolder holder, @Nullable Long token, Duration timeout) {
    Args args = args(holder).add(token == null ? "" : token.toString()).add(TOKEN_KEPT.toMillis());
    return call(
        shared.connections().commands(),
        Script.UNLOCK,
        holder,
        args,
        timeout,
        reply -> UnlockReply.valueOf(reply.text()));
  }

  @Override
  public Duration answerTimeout() {
    return shared.options().commandTimeout();
  }

  private Args args(LockHolder holder) {
    return shared.args().add(holder.owner());
  }

  private <T> CompletableFuture<T> call(
      RedisCalls calls,
      Script script,
      LockHolder holder,
      Args args,
      Duration timeout,
      Function<Reply, T> read) {
    byte[][] keys = {RedisKeys.lock(shared.options().namespace(), holder.name())};
    return calls
        .call(script, keys, args, timeout)
        .handle(
            (parts, error) -> {
              if (error != null) {
                throw RedisErrors.translateLock(holder.name(), what(script), error);
              }
              return read.apply(new Reply(parts));
            });
  }

  private static String what(Script script) {
    return switch (script) {
      case LOCK -> "taking";
      case EXTEND_LOCK -> "extending";
      default -> "freeing";
    };
  }
}
