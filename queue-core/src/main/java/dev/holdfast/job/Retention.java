package dev.holdfast.job;

import java.time.Duration;

/**
 * How long ended jobs are kept. Whichever bound is reached first removes the oldest.
 *
 * @param done how long succeeded and cancelled jobs are kept; zero keeps none
 * @param maxDone how many of them a queue keeps
 * @param dead how long dead letters are kept
 * @param maxDead how many of them a queue keeps
 */
public record Retention(Duration done, int maxDone, Duration dead, int maxDead) {
  /** One hour and 10,000; 90 days and 100,000. Chosen, not measured. */
  public static final Retention STANDARD =
      new Retention(Duration.ofHours(1), 10_000, Duration.ofDays(90), 100_000);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is negative or a duration is over ten years
   */
  public Retention {
    if (done.isNegative() || dead.isNegative() || maxDone < 0 || maxDead < 0) {
      throw new IllegalArgumentException("a retention bound is negative");
    }
    Duration most = Duration.ofDays(3660);
    if (done.compareTo(most) > 0 || dead.compareTo(most) > 0) {
      throw new IllegalArgumentException("a retention is longer than " + most.toDays() + " days");
    }
  }
}
