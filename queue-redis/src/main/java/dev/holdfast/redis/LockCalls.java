package dev.holdfast.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The three script calls of one lock. Extensions have the connection of leases, so that they do not
 * wait behind payloads. Each call may be repeated.
 */
final class LockCalls {
  /** How long the token is remembered after a lock was freed: the counter goes with its key. */
  static final Duration TOKEN_KEPT = Duration.ofHours(24);

  private final Shared shared;
  private final String name;
  private final byte[] key;

  LockCalls(Shared shared, String name) {
    this.shared = shared;
    this.name = name;
    this.key = RedisKeys.lock(shared.options().namespace(), name);
  }

  /** What a script answered. */
  enum Result {
    /** The owner has the lock; with its fencing token. */
    LOCKED,
    /** Another has it; with the ms until its lease ends. */
    HELD,
    /** The lease was made longer. */
    EXTENDED,
    /** The owner had it and has it no more. */
    UNLOCKED,
    /** The owner has it no more, and another does. */
    TAKEN,
    /** The owner has it no more, and nobody does. */
    FREE
  }

  /** An answer with its number, 0 if it has none. */
  record Answer(Result result, long number) {
    static Answer of(List<Object> parts) {
      Reply reply = new Reply(parts);
      Result result = Result.valueOf(reply.text());
      return new Answer(result, reply.hasMore() ? reply.number() : 0);
    }
  }

  String name() {
    return name;
  }

  CompletableFuture<Answer> lock(String owner, Duration lease, Duration timeout) {
    Args args = shared.args().add(owner).add(lease.toMillis()).add(TOKEN_KEPT.toMillis());
    return call(shared.connections().commands(), Script.LOCK, args, timeout);
  }

  CompletableFuture<Answer> extend(String owner, long token, Duration lease, Duration timeout) {
    Args args =
        shared.args().add(owner).add(token).add(lease.toMillis()).add(TOKEN_KEPT.toMillis());
    return call(shared.connections().leases(), Script.EXTEND_LOCK, args, timeout);
  }

  /** Frees it; the token is "" if it is not known. */
  CompletableFuture<Answer> unlock(String owner, String token, Duration timeout) {
    Args args = shared.args().add(owner).add(token).add(TOKEN_KEPT.toMillis());
    return call(shared.connections().commands(), Script.UNLOCK, args, timeout);
  }

  private CompletableFuture<Answer> call(
      RedisCalls calls, Script script, Args args, Duration timeout) {
    return calls.call(script, new byte[][] {key}, args.array(), timeout).thenApply(Answer::of);
  }
}
