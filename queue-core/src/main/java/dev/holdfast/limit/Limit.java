package dev.holdfast.limit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LimitScope} is allowed: how many jobs at once, how many in a time, or one after the
 * other in order. Immutable.
 *
 * @param concurrency how many jobs may be active at once in all processes, 1 to 1,000,000; null: as
 *     many as there are slots
 * @param rate how many may be claimed in a time; null: any number
 * @param ordered whether jobs run one after the other, in the order they were enqueued in: the next
 *     begins once the one before has ended for good, its retries included. For keys only; the
 *     concurrency is 1 then
 */
public record Limit(@Nullable Integer concurrency, @Nullable Rate rate, boolean ordered) {
  /** The highest concurrency. */
  public static final int MOST = 1_000_000;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if nothing is limited, the concurrency is out of range, or the
   *     limit is ordered with a concurrency other than 1
   */
  public Limit {
    if (concurrency == null && rate == null && !ordered) {
      throw new IllegalArgumentException(
          "a limit without concurrency, rate or order limits nothing");
    }
    if (concurrency != null && (concurrency < 1 || concurrency > MOST)) {
      throw new IllegalArgumentException(
          "the concurrency is " + concurrency + "; it must be 1 to " + MOST + ". To stop, pause");
    }
    if (ordered && concurrency != null && concurrency != 1) {
      throw new IllegalArgumentException(
          "jobs in order run one at a time, and the concurrency is " + concurrency);
    }
    concurrency = ordered ? Integer.valueOf(1) : concurrency;
  }

  /** So many active at once, in all processes together. */
  public static Limit concurrency(int most) {
    return new Limit(most, null, false);
  }

  /** So many claimed in a time, by all processes together. */
  public static Limit rate(Rate rate) {
    return new Limit(null, Objects.requireNonNull(rate, "rate"), false);
  }

  /** One after the other, in the order they were enqueued in. */
  public static Limit inOrder() {
    return new Limit(null, null, true);
  }

  /** This limit with a concurrency, too. */
  public Limit withConcurrency(int most) {
    return new Limit(most, rate, ordered);
  }

  /** This limit with a rate, too. */
  public Limit withRate(Rate newRate) {
    return new Limit(concurrency, Objects.requireNonNull(newRate, "rate"), ordered);
  }
}
