package dev.holdfast.redis;

import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.NamedLock;
import java.time.Duration;
import java.util.Optional;

/**
 * A lock on one Redis primary, got from {@link RedisEngine#lock(String)}. Safe for use by many
 * threads.
 *
 * <p>While Redis keeps its data and its clock is not set, at most one holder has the lock at any
 * time of the Redis server. After a failover, a restart of Redis that loses the key, or a clock
 * that is set, there may be two holders: what must not happen twice must be guarded by the
 * {@linkplain HeldLock#token() fencing token} at the resource itself. See {@code docs/locks.md}.
 */
public final class RedisLock implements NamedLock {
  private final NamedLock lock;

  RedisLock(NamedLock lock) {
    this.lock = lock;
  }

  @Override
  public String name() {
    return lock.name();
  }

  @Override
  public Optional<HeldLock> tryLock(Duration wait) throws InterruptedException {
    return lock.tryLock(wait);
  }
}
