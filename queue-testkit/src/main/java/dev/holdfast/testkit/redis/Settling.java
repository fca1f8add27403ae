package dev.holdfast.testkit.redis;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until servers that were told something have done it; nothing tells when they have. */
final class Settling {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final long LOOK = Duration.ofMillis(20).toNanos();

  private Settling() {}

  /**
   * Looks every 20 ms. A server that does not answer yet, or refuses for now, counts as not ready.
   *
   * @throws RedisStartException after 30 s, or when interrupted
   */
  static void await(String what, BooleanSupplier ready) {
    long deadline = System.nanoTime() + MOST.toNanos();
    String last = "";
    while (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
      try {
        if (ready.getAsBoolean()) {
          return;
        }
      } catch (UncheckedIOException | RespException notYet) {
        last = ": " + notYet.getMessage();
      }
      LockSupport.parkNanos(LOOK);
    }
    throw new RedisStartException(what + " did not come within " + MOST + last, List.of(), null);
  }
}
