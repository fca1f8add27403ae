package dev.holdfast.examples.productsync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who may ask the shop how often, and what came of it: a {@link SlidingWindow} for each client, and
 * a count for each phase. A phase and its limit begin together, so that each refusal is counted in
 * the phase whose limit refused it. Safe for use by many threads.
 */
final class ShopLimiter {
  private final Supplier<Duration> clock;
  private final Map<String, SlidingWindow> windows = new HashMap<>(); // guarded by this
  private final Map<String, Duration> toldToWait = new HashMap<>(); // until when; guarded by this
  private final List<Phase> phases = new ArrayList<>(); // guarded by this

  /**
   * Allows nothing until the first phase begins.
   *
   * @param clock the time of the shop since some start
   */
  ShopLimiter(Supplier<Duration> clock) {
    this.clock = clock;
  }

  /**
   * What happened in a phase.
   *
   * @param name its name
   * @param perMinute the limit in it
   * @param served requests let through
   * @param refused requests refused, each with a 429
   * @param waits times that a client was told to wait which was not waiting: those refused while
   *     one of them waits are in {@code refused} only
   */
  record Phase(String name, int perMinute, long served, long refused, long waits) {
    private Phase plusServed() {
      return new Phase(name, perMinute, served + 1, refused, waits);
    }

    private Phase plusRefused(boolean afresh) {
      return new Phase(name, perMinute, served, refused + 1, waits + (afresh ? 1 : 0));
    }
  }

  /** Begins a phase with a limit of its own. */
  synchronized void begin(String name, int perMinute) {
    phases.add(new Phase(name, perMinute, 0, 0, 0));
  }

  /** All phases so far, the present one last. */
  synchronized List<Phase> phases() {
    return List.copyOf(phases);
  }

  /**
   * Judges a request.
   *
   * @return zero if it is let through, else how long the client has to wait, in whole seconds as
   *     {@code Retry-After} gives them, 1 at least
   */
  synchronized Duration ask(String client) {
    int last = phases.size() - 1;
    Phase phase = phases.get(last);
    Duration now = clock.get();
    Duration wait =
        windows.computeIfAbsent(client, unknown -> new SlidingWindow()).ask(now, phase.perMinute());
    if (wait.isZero()) {
      phases.set(last, phase.plusServed());
      return wait;
    }
    Duration told = Duration.ofSeconds(wait.plusSeconds(1).minusNanos(1).toSeconds());
    Duration until = toldToWait.getOrDefault(client, Duration.ZERO);
    phases.set(last, phase.plusRefused(until.compareTo(now) <= 0));
    toldToWait.merge(
        client, now.plus(told), (one, other) -> one.compareTo(other) < 0 ? other : one);
    return told;
  }
}
