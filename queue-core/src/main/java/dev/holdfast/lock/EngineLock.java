package dev.holdfast.lock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A lock of an engine. */
final class EngineLock implements NamedLock {
  private static final Duration LONGEST_WAIT = Duration.ofHours(24);

  private final LockKeeper keeper;
  private final String name;
  private final LockOptions options;

  EngineLock(LockKeeper keeper, String name, LockOptions options) {
    this.keeper = keeper;
    this.name = name;
    this.options = Objects.requireNonNull(options, "options");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<HeldLock> tryLock(Duration wait) throws InterruptedException {
    if (wait.isNegative() || wait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "wait is " + wait + "; it must be PT0S to " + LONGEST_WAIT);
    }
    return new Taking(keeper, name, options).within(wait);
  }
}
