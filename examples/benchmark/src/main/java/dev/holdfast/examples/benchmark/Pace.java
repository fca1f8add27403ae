package dev.holdfast.examples.benchmark;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/** The one place that looks at the clock of the wall and that waits for an instant. */
final class Pace {
  /** A park may end some 60 µs late; what is left is spun. Chosen, not measured. */
  private static final long SPUN = 80_000;

  private static final InstantSource WALL = InstantSource.system();

  private Pace() {}

  static Instant now() {
    return WALL.instant();
  }

  /** Waits until a value of {@code System.nanoTime()}, as exactly as it goes. */
  static void exactlyUntil(long nanos) throws InterruptedException {
    roughlyUntil(nanos - SPUN);
    while (System.nanoTime() - nanos < 0) {
      Thread.onSpinWait();
    }
  }

  /** Waits until a value of {@code System.nanoTime()}, asleep; may be some 60 µs late. */
  static void roughlyUntil(long nanos) throws InterruptedException {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
