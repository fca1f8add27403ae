package dev.holdfast.retry;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How often a job is attempted and how long it waits in between. A pure value.
 *
 * <p>{@link #standard()}: five attempts; waits of min(60 s, 1 s·2^n) after the n-th failure, half
 * of it random, so 1–2 s, 2–4 s, 4–8 s and 8–16 s: an outage of about 15 to 30 seconds is bridged.
 *
 * @param maxAttempts attempts in all, 1 to 1,000; after that many failures the job is dead
 * @param backoff the wait after n failures
 * @param jitter the random part of it
 */
public record RetryPolicy(int maxAttempts, Backoff backoff, Jitter jitter) {
  private static final int MOST_ATTEMPTS = 1_000;

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if maxAttempts is out of range
   */
  public RetryPolicy {
    if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
      throw new IllegalArgumentException(
          "maxAttempts is " + maxAttempts + "; it must be 1 to " + MOST_ATTEMPTS);
    }
    Objects.requireNonNull(backoff, "backoff");
    Objects.requireNonNull(jitter, "jitter");
  }

  /** Five attempts, 2 s doubling to 60 s, half of it random. */
  public static RetryPolicy standard() {
    return exponential(5, Duration.ofSeconds(1), Duration.ofMinutes(1));
  }

  /**
   * For outages of hours: 25 attempts, 10 s doubling to one hour, half of it random. All attempts
   * together span 12 to 17 hours or so.
   */
  public static RetryPolicy patient() {
    return exponential(25, Duration.ofSeconds(5), Duration.ofHours(1));
  }

  /** One attempt: the first failure makes the job dead. */
  public static RetryPolicy none() {
    return new RetryPolicy(1, Backoff.fixed(Duration.ZERO), Jitter.none());
  }

  /**
   * An exponential policy with half of each wait random.
   *
   * @see Backoff#exponential
   */
  public static RetryPolicy exponential(int maxAttempts, Duration base, Duration max) {
    return new RetryPolicy(maxAttempts, Backoff.exponential(base, max), Jitter.half());
  }

  /** The same policy with another number of attempts, 1 to 1,000. */
  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(attempts, backoff, jitter);
  }

  /**
   * The wait before the next attempt, or empty if there is none left.
   *
   * @param failures failures so far, this one included, at least 1
   * @param random where the jitter's randomness comes from
   */
  public Optional<Duration> waitAfter(int failures, RandomGenerator random) {
    return failures >= maxAttempts
        ? Optional.empty()
        : Optional.of(jitter.apply(backoff.after(failures), random));
  }
}
