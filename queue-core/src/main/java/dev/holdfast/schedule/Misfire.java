package dev.holdfast.schedule;

import java.time.Duration;
import java.util.Objects;

/**
 * What becomes of ticks that nobody could fire in time, because no worker served the queue or the
 * engine was away. A tick that is late by no more than {@code grace} is fired like any other, late;
 * one that is later than that is missed, and this says what is done about it.
 *
 * <p>The handler learns of it from {@code JobContext.tick()}: the nominal instant of the tick, and
 * how many before it were missed.
 *
 * @param kind which missed ticks are fired
 * @param most for {@code FIRE_ALL}: at most so many, the latest ones; 1 to 10,000
 * @param within for {@code FIRE_ALL}: none that are older; up to 366 days, and not shorter than the
 *     grace
 * @param grace up to how late a tick is not missed; 10 s to one day, 1 minute by default
 */
public record Misfire(Kind kind, int most, Duration within, Duration grace) {
  private static final Duration GRACE = Duration.ofMinutes(1);
  // A worker looks once a reap period, and what a dead one was told of is told again after 2 s.
  private static final Duration LEAST_GRACE = Duration.ofSeconds(10);
  private static final Duration MOST_GRACE = Duration.ofDays(1);
  private static final Duration MOST_WITHIN = Duration.ofDays(366);
  private static final int MOST = 10_000;

  /** Which missed ticks are fired. */
  public enum Kind {
    /** The last one. */
    FIRE_ONCE,
    /** None. */
    SKIP,
    /** All, within limits. */
    FIRE_ALL
  }

  /**
   * Checks the settings.
   *
   * @throws InvalidScheduleException if one is out of range
   */
  public Misfire {
    Objects.requireNonNull(kind, "kind");
    if (grace.compareTo(LEAST_GRACE) < 0 || grace.compareTo(MOST_GRACE) > 0) {
      throw new InvalidScheduleException(
          "the grace of missed ticks is " + grace + "; it must be 10 s to one day");
    }
    if (kind != Kind.FIRE_ALL) {
      most = 1;
      within = Duration.ZERO;
    } else if (most < 1 || most > MOST) {
      throw new InvalidScheduleException(
          "at most " + most + " missed ticks are fired; it must be 1 to 10,000");
    } else if (within.compareTo(grace) < 0 || within.compareTo(MOST_WITHIN) > 0) {
      throw new InvalidScheduleException(
          "missed ticks are fired within "
              + within
              + "; it must be the grace of "
              + grace
              + " to 366 days");
    }
  }

  /** Of the missed ticks the last one is fired, once, with the number of the others. Default. */
  public static Misfire fireOnce() {
    return new Misfire(Kind.FIRE_ONCE, 1, Duration.ZERO, GRACE);
  }

  /** Missed ticks are not fired. */
  public static Misfire skip() {
    return new Misfire(Kind.SKIP, 1, Duration.ZERO, GRACE);
  }

  /**
   * Every missed tick is fired, in order, within limits, and also while an earlier job runs: the
   * first of them would keep the others away.
   *
   * @param most at most so many, the latest ones; 1 to 10,000
   * @param within none that are older; up to 366 days
   * @throws InvalidScheduleException if one is out of range
   */
  public static Misfire fireAll(int most, Duration within) {
    return new Misfire(Kind.FIRE_ALL, most, within, GRACE);
  }

  /**
   * The same with another grace. Default 1 minute.
   *
   * @param newGrace up to how late a tick is not missed; 10 s to one day
   * @throws InvalidScheduleException if it is out of range
   */
  public Misfire withGrace(Duration newGrace) {
    return new Misfire(kind, most, within, newGrace);
  }
}
