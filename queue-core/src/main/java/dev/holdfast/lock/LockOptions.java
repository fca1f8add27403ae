package dev.holdfast.lock;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a lock is held. Immutable: each method returns changed options.
 *
 * <p>The lease is how long others wait after a holder has died. A living holder's lease is extended
 * every third of it, so a short lease costs commands, not time. It must be longer than the pauses
 * that the holder should survive: garbage collection, a starved CPU, a short outage of the engine.
 *
 * @param lease 200 ms to 12 h; default 30 s
 * @param maxHold for how long a lock is extended at most, from its taking on: the lease to 30 days;
 *     default 1 h. It frees a lock whose holder lives, but is stuck
 */
public record LockOptions(Duration lease, Duration maxHold) {
  private static final Duration SHORTEST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofHours(12);
  private static final Duration LONGEST_HOLD = Duration.ofDays(30);
  private static final LockOptions DEFAULTS =
      new LockOptions(Duration.ofSeconds(30), Duration.ofHours(1));

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public LockOptions {
    Objects.requireNonNull(lease, "lease");
    Objects.requireNonNull(maxHold, "maxHold");
    if (lease.compareTo(SHORTEST) < 0 || lease.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "lease is " + lease + "; it must be " + SHORTEST + " to " + LONGEST);
    }
    if (maxHold.compareTo(lease) < 0 || maxHold.compareTo(LONGEST_HOLD) > 0) {
      throw new IllegalArgumentException(
          "maxHold is " + maxHold + "; it must be the lease, " + lease + ", to " + LONGEST_HOLD);
    }
  }

  /** A lease of 30 s, extended for at most 1 h. */
  public static LockOptions defaults() {
    return DEFAULTS;
  }

  /**
   * With another lease, 200 ms to 12 h. Default 30 s. A {@code maxHold} that would be shorter is
   * made as long.
   */
  public LockOptions withLease(Duration value) {
    return new LockOptions(value, value.compareTo(maxHold) > 0 ? value : maxHold);
  }

  /** With another bound on extension, the lease to 30 days. Default 1 h. */
  public LockOptions withMaxHold(Duration value) {
    return new LockOptions(lease, value);
  }

  /** How often a holder extends its lease: a third of it, so that two extensions may fail. */
  Duration extendPeriod() {
    return lease.dividedBy(3);
  }

  /**
   * How long before the end of its lease a holder counts the lock as lost: 1 % of the lease, for
   * clocks that do not run alike, and 50 ms, for a thread that is late (chosen, not measured).
   */
  Duration margin() {
    return lease.dividedBy(100).plusMillis(50);
  }
}
