package dev.holdfast.lock;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Until when a holder counts its lock as held, by its own monotonic clock: from before each request
 * was sent that was answered, so that this ends before the lease does in the engine, and a margin
 * less. Not safe for use by many threads.
 */
final class LeaseWindow {
  private final LockOptions options;
  private final long maxHoldEnd;
  private long heldUntil;

  /** Opens with the request that took the lock. */
  LeaseWindow(LockOptions options, long sentAt) {
    this.options = options;
    this.heldUntil = sentAt + options.lease().minus(options.margin()).toNanos();
    this.maxHoldEnd = sentAt + options.maxHold().toNanos();
  }

  boolean isOpen(long now) {
    return left(now) > 0;
  }

  /** For how long it is open. */
  long left(long now) {
    return heldUntil - now;
  }

  /** The lease to ask for: whole, but not beyond maxHold. */
  Duration nextLease(long now) {
    long left = TimeUnit.NANOSECONDS.toMillis(maxHoldEnd - now);
    return Duration.ofMillis(Math.max(1, Math.min(options.lease().toMillis(), left)));
  }

  /** The extension that was sent then was granted. Never makes the window shorter. */
  void extended(long sentAt, Duration lease) {
    long until = sentAt + lease.minus(options.margin()).toNanos();
    if (until - heldUntil > 0) {
      heldUntil = until;
    }
  }

  /** Whether no extension can add a millisecond. */
  boolean isAtMaxHold() {
    long most = maxHoldEnd - options.margin().toNanos();
    return most - heldUntil <= TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** When the lease ends at the latest in the engine, if its clock runs as this one. */
  long leaseEnd() {
    return heldUntil + options.margin().toNanos();
  }
}
