package dev.holdfast.examples.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts how often each job of a run was handled, by its number. Safe for use by many threads; does
 * not allocate while it counts.
 */
final class Deliveries {
  private static final int SHOWN = 5;

  private final AtomicIntegerArray times;
  private final int awaited;
  private final AtomicInteger handled = new AtomicInteger();
  private final CountDownLatch there = new CountDownLatch(1);

  /** Expects the numbers from 0 to this, without it. */
  Deliveries(int jobs) {
    this(jobs, jobs);
  }

  /**
   * Expects these numbers, of which a run waits for some only.
   *
   * @param awaited after how many {@link #await} returns
   */
  Deliveries(int jobs, int awaited) {
    this.times = new AtomicIntegerArray(jobs);
    this.awaited = awaited;
    if (awaited == 0) {
      there.countDown();
    }
  }

  /** Notes that a job was handled. */
  void handled(int number) {
    if (number < 0 || number >= times.length()) {
      throw new BrokenDeliveryException(
          "job " + number + " is none of this run, which has " + times.length());
    }
    times.incrementAndGet(number);
    if (handled.incrementAndGet() == awaited) {
      there.countDown();
    }
  }

  /** How often any job was handled. */
  int count() {
    return handled.get();
  }

  /** How often each was handled, by its number; at most 127. */
  byte[] times() {
    byte[] copy = new byte[times.length()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = (byte) Math.min(Byte.MAX_VALUE, times.get(i));
    }
    return copy;
  }

  /**
   * Waits until as many as awaited were handled.
   *
   * @throws BrokenDeliveryException if they were not within this time; names those that miss
   */
  void await(Duration patience) throws InterruptedException {
    if (!there.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new BrokenDeliveryException(
          "after " + patience.toSeconds() + " s only " + summary(times.length()));
    }
  }

  /**
   * Checks that every job was handled exactly once.
   *
   * @throws BrokenDeliveryException if not; names some of those that were not, or twice
   */
  void requireExact() {
    requireEachOnce(times.length());
  }

  /**
   * Checks that this many were handled, none of them twice.
   *
   * @throws BrokenDeliveryException if not
   */
  void requireEachOnce(int jobs) {
    int once = 0;
    for (int i = 0; i < times.length(); i++) {
      once += times.get(i) == 1 ? 1 : 0;
    }
    if (once != jobs || handled.get() != jobs) {
      throw new BrokenDeliveryException(summary(jobs));
    }
  }

  private String summary(int jobs) {
    List<Integer> missing = new ArrayList<>();
    List<Integer> twice = new ArrayList<>();
    int once = 0;
    for (int i = 0; i < times.length(); i++) {
      int seen = times.get(i);
      once += seen == 1 ? 1 : 0;
      if (seen == 0 && missing.size() < SHOWN) {
        missing.add(i);
      } else if (seen > 1 && twice.size() < SHOWN) {
        twice.add(i);
      }
    }
    return once
        + " of "
        + jobs
        + " jobs were handled exactly once; not at all: "
        + some(missing)
        + "; more than once: "
        + some(twice);
  }

  private static String some(List<Integer> numbers) {
    return numbers.isEmpty()
        ? "none"
        : numbers + (numbers.size() == SHOWN ? " and maybe more" : "");
  }
}
