package dev.holdfast.metrics;

import dev.holdfast.job.QueueStats;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a queue's numbers for all of its gauges: one read at a time, and the next no earlier than 5
 * s after the last ended, however often and by however many threads the registry asks. Whoever asks
 * while another thread reads gets what was read before.
 *
 * <p>Several workers of a process may serve one queue, and each brings a supplier of the same
 * numbers. Only the first in line is asked; if it fails it goes to the end of the line, so that the
 * supplier of a worker that is gone does not blind the gauges for longer than one period.
 */
final class StatsReader {
  static final Duration PERIOD = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(MicrometerMeters.class);

  private final String queue;
  private final Clock clock;
  private final Deque<Supplier<QueueStats>> suppliers = new ConcurrentLinkedDeque<>();
  // Not a lock: a supplier that asks a gauge of its own queue must not enter a second time.
  private final AtomicBoolean reading = new AtomicBoolean();
  // Written only by the thread that set `reading`.
  private volatile @Nullable Reading last;

  StatsReader(String queue, Clock clock) {
    this.queue = queue;
    this.clock = clock;
  }

  void add(Supplier<QueueStats> supplier) {
    suppliers.addLast(supplier);
  }

  /** Drops the supplier at the head of the line; they all read the same queue. */
  void dropOne() {
    suppliers.pollFirst();
  }

  /** The queue's numbers, or null if the last read failed or none has ended yet. Never throws. */
  @Nullable QueueStats stats() {
    Reading known = last;
    if (isOld(known) && reading.compareAndSet(false, true)) {
      try {
        // Another thread may have read between the first look and the turn of the flag.
        if (isOld(last)) {
          last = new Reading(ask(known == null || known.stats != null), clock.monotonicTime());
        }
      } finally {
        reading.set(false);
      }
      known = last;
    }
    return known == null ? null : known.stats;
  }

  private boolean isOld(@Nullable Reading read) {
    return read == null || clock.monotonicTime() - read.endedAt >= PERIOD.toNanos();
  }

  private @Nullable QueueStats ask(boolean worked) {
    Supplier<QueueStats> supplier = suppliers.peekFirst();
    if (supplier == null) {
      return null;
    }
    try {
      QueueStats stats = supplier.get();
      if (stats != null) {
        return stats;
      }
      failed(supplier, worked, null);
    } catch (Throwable e) { // an Error must not reach the registry's publishing thread either
      failed(supplier, worked, e);
    }
    return null;
  }

  private void failed(Supplier<QueueStats> supplier, boolean worked, @Nullable Throwable cause) {
    if (suppliers.remove(supplier)) {
      suppliers.addLast(supplier);
    }
    if (worked) { // once for a row of failures
      log.warn(
          "Cannot read the numbers of queue {}; its gauges show NaN and it is asked again in {} s:"
              + " {}",
          queue,
          PERIOD.toSeconds(),
          cause == null ? "the supplier returned null" : cause.toString());
    }
  }

  /** What one read gave, and when it ended on the monotonic clock. */
  private record Reading(@Nullable QueueStats stats, long endedAt) {}
}
