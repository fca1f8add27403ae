package dev.holdfast.examples.productsync;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The strict reading of "60 requests a minute": of one client's requests, no more than so many are
 * let through in <em>any</em> minute, wherever it begins. A log of those let through; what is
 * refused does not count. No burst beyond the limit, and no fresh allowance at the full minute.
 *
 * <p>Not safe for use by several threads.
 */
final class SlidingWindow {
  static final Duration LENGTH = Duration.ofMinutes(1);

  private final Deque<Duration> letThrough = new ArrayDeque<>();

  /**
   * Asks for a request.
   *
   * @param now the time since some start; never goes back
   * @param limit how many are let through in a minute; may be another one at each call
   * @return zero if it is let through, else how long until one would be
   */
  Duration ask(Duration now, int limit) {
    // One that was let through exactly a minute ago is in no minute with this one.
    while (!letThrough.isEmpty() && endOf(letThrough.getFirst()).compareTo(now) <= 0) {
      letThrough.removeFirst();
    }
    if (letThrough.size() < limit) {
      letThrough.addLast(now);
      return Duration.ZERO;
    }
    Iterator<Duration> oldest = letThrough.iterator();
    for (int tooMany = letThrough.size() - limit; tooMany > 0; tooMany--) {
      oldest.next();
    }
    return endOf(oldest.next()).minus(now);
  }

  private static Duration endOf(Duration request) {
    return request.plus(LENGTH);
  }
}
