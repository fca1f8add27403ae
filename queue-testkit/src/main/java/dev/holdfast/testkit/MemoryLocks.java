package dev.holdfast.testkit;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.spi.LockHolder;
import dev.holdfast.spi.Locks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Locks in memory. Each act holds the lock of this object and is judged by one instant. */
final class MemoryLocks implements Locks {
  private final MemoryStore store;
  private final InstantSource clock;

  /** Guarded by this. What was freed stays for its token: as long as the engine, not 24 hours. */
  private final Map<String, Entry> entries = new HashMap<>();

  /** One lock. Times are microseconds since 1970. */
  private static final class Entry {
    private @Nullable String owner;
    private long token;
    private long until;
    private long lease;

    boolean isHeld(long now) {
      return owner != null && until > now;
    }
  }

  MemoryLocks(MemoryStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<LockReply> lock(LockHolder holder, Duration lease, Duration timeout) {
    return act(now -> lock(holder, micros(lease), now));
  }

  private LockReply lock(LockHolder holder, long lease, long now) {
    Entry entry = entries.computeIfAbsent(holder.name(), name -> new Entry());
    boolean held = entry.isHeld(now);
    if (held && !holder.owner().equals(entry.owner)) {
      entry.until = Math.min(entry.until, now + entry.lease);
      return new LockReply.Held(Duration.ofMillis((entry.until - now + 999) / 1_000));
    }
    if (!held) {
      entry.token = Math.max(entry.token + 1, now);
    }
    entry.owner = holder.owner();
    entry.lease = lease;
    entry.until = now + lease;
    return new LockReply.Locked(entry.token);
  }

  @Override
  public CompletableFuture<ExtendReply> extend(
      LockHolder holder, long token, Duration lease, Duration timeout) {
    return act(now -> extend(holder, token, micros(lease), now));
  }

  private ExtendReply extend(LockHolder holder, long token, long lease, long now) {
    Entry entry = entries.get(holder.name());
    if (entry == null || !entry.isHeld(now)) {
      return ExtendReply.FREE;
    }
    if (!holder.owner().equals(entry.owner) || token != entry.token) {
      return ExtendReply.TAKEN;
    }
    entry.until = now + lease;
    return ExtendReply.EXTENDED;
  }

  @Override
  public CompletableFuture<UnlockReply> unlock(
      LockHolder holder, @Nullable Long token, Duration timeout) {
    return act(now -> unlock(holder, token, now));
  }

  private UnlockReply unlock(LockHolder holder, @Nullable Long token, long now) {
    Entry entry = entries.get(holder.name());
    if (entry == null) {
      return UnlockReply.FREE;
    }
    boolean held = entry.isHeld(now);
    if (!holder.owner().equals(entry.owner) || (token != null && token != entry.token)) {
      return held ? UnlockReply.TAKEN : UnlockReply.FREE;
    }
    // Also when its lease ran out: else a clock that is set back would make it stand again.
    entry.owner = null;
    return held ? UnlockReply.UNLOCKED : UnlockReply.FREE;
  }

  /** Nobody waits: every answer is there at once. */
  @Override
  public Duration answerTimeout() {
    return Duration.ofSeconds(3);
  }

  private synchronized <T> CompletableFuture<T> act(Function<Long, T> step) {
    try {
      store.requireOpen();
    } catch (HoldfastException closed) {
      return CompletableFuture.failedFuture(closed);
    }
    return CompletableFuture.completedFuture(step.apply(micros(clock.instant())));
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }

  private static long micros(Duration duration) {
    return duration.toMillis() * 1_000;
  }
}
