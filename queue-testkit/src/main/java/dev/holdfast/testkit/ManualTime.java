package dev.holdfast.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that stands still until a test moves it. Safe for use by many threads.
 *
 * <p>Give the same one to {@link InMemoryEngine#on(ManualTime)} and to {@code
 * HoldfastOptions.builder().clock(…)}: then delays, retries, snoozes, leases and retention are
 * judged by it, and a week passes in one call. What a worker measures (handler timeouts, how often
 * it extends and reaps) stays real time.
 */
public final class ManualTime implements InstantSource {
  /** Where {@link #create()} begins. */
  public static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Written with the lock of this object held. */
  private volatile Instant now;

  private ManualTime(Instant start) {
    this.now = start;
  }

  /** A clock that stands at {@link #START}. */
  public static ManualTime create() {
    return at(START);
  }

  /** A clock that stands at an instant. */
  public static ManualTime at(Instant start) {
    return new ManualTime(Objects.requireNonNull(start, "start"));
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves the clock by a duration, and wakes workers whose jobs are due now. A negative duration
   * steps back, as a clock that was set does.
   */
  public void advance(Duration by) {
    synchronized (this) {
      now = now.plus(by);
    }
    listeners.forEach(Runnable::run);
  }

  /**
   * Moves the clock on to an instant, and wakes workers whose jobs are due now. Does nothing if it
   * stands there or later already.
   */
  public void advanceTo(Instant instant) {
    Objects.requireNonNull(instant, "instant");
    synchronized (this) {
      now = now.isBefore(instant) ? instant : now;
    }
    listeners.forEach(Runnable::run);
  }

  /** For what is measured: nanoseconds since {@link #START}. */
  long nanosSinceStart() {
    return ChronoUnit.NANOS.between(START, now);
  }

  /** Calls this after each move, on the thread that moves. */
  void onMove(Runnable listener) {
    listeners.add(listener);
  }

  /** Calls it no more. */
  void forget(Runnable listener) {
    listeners.remove(listener);
  }

  @Override
  public String toString() {
    return "ManualTime at " + now;
  }
}
