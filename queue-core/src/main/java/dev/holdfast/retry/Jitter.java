package dev.holdfast.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The random part of a wait, so that jobs that failed together do not come back together. Pure: the
 * randomness is a parameter.
 */
@FunctionalInterface
public interface Jitter {
  /**
   * The wait with its random part applied.
   *
   * @param wait the backoff's wait
   * @param random where the randomness comes from
   * @return zero or more, never null
   */
  Duration apply(Duration wait, RandomGenerator random);

  /** No random part: the wait itself. */
  static Jitter none() {
    return (wait, random) -> wait;
  }

  /** Half of the wait is random: uniform in wait/2 to wait. The default. */
  static Jitter half() {
    return (wait, random) -> {
      long ms = wait.toMillis();
      long fixed = ms / 2;
      return Duration.ofMillis(fixed + random.nextLong(ms - fixed + 1));
    };
  }

  /** All of the wait is random: uniform in 0 to wait. */
  static Jitter full() {
    return (wait, random) -> Duration.ofMillis(random.nextLong(wait.toMillis() + 1));
  }
}
