package dev.holdfast.examples.quickstart;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The printer takes its time, so that there is something to watch, and something to kill. */
final class Printer {
  private static final Duration PER_INVOICE = Duration.ofMillis(120);
  private static final Duration PER_LINE = Duration.ofMillis(3);
  private static final Duration PER_STAMP = Duration.ofMillis(8);

  /** Prints a page; returns what is on it. */
  String print(String page) throws InterruptedException {
    take(PER_INVOICE.plus(PER_LINE.multipliedBy(page.lines().count())));
    return page;
  }

  /** Stamps one page. */
  void stamp() throws InterruptedException {
    take(PER_STAMP);
  }

  private static void take(Duration time) throws InterruptedException {
    LockSupport.parkNanos(time.toNanos());
    // The worker interrupts a handler that is past its timeout, or past the grace of a drain.
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
