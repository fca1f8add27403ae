package dev.holdfast.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * The wall times that a cron expression names, on a clock that is never changed. Bits stand for the
 * values of a field.
 *
 * @param seconds bits 0 to 59
 * @param minutes bits 0 to 59
 * @param hours bits 0 to 23
 * @param months bits 1 to 12
 * @param days which dates
 * @param isRunning whether the second, the minute or the hour has a star or a step
 */
record CronTimes(
    long seconds, long minutes, int hours, int months, CronDays days, boolean isRunning) {
  /** The calendar repeats after so many years: what is not found in them is never found. */
  private static final int YEARS = 400;

  private static final int MOST_YEAR = 99_999;

  /** The first wall time strictly after another; null if there is none. */
  @Nullable LocalDateTime after(LocalDateTime wall) {
    LocalDateTime start = wall.withNano(0).plusSeconds(1);
    int lastYear = Math.min(MOST_YEAR, start.getYear() + YEARS);
    LocalDate date = start.toLocalDate();
    int second = start.toLocalTime().toSecondOfDay();
    while (date.getYear() <= lastYear) {
      if (!has(months, date.getMonthValue())) {
        date = YearMonth.from(date).plusMonths(1).atDay(1);
        second = 0;
      } else {
        int found = days.fit(date) ? secondFrom(second) : -1;
        if (found >= 0) {
          return at(date, found);
        }
        date = date.plusDays(1);
        second = 0;
      }
    }
    return null;
  }

  /** The last wall time at or before another; null if there is none. */
  @Nullable LocalDateTime upTo(LocalDateTime wall) {
    int firstYear = wall.getYear() - YEARS;
    LocalDate date = wall.toLocalDate();
    int second = wall.toLocalTime().toSecondOfDay();
    while (date.getYear() >= firstYear) {
      if (!has(months, date.getMonthValue())) {
        date = YearMonth.from(date).minusMonths(1).atEndOfMonth();
        second = DAY - 1;
      } else {
        int found = days.fit(date) ? secondUpTo(second) : -1;
        if (found >= 0) {
          return at(date, found);
        }
        date = date.minusDays(1);
        second = DAY - 1;
      }
    }
    return null;
  }

  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;

  private static LocalDateTime at(LocalDate date, int second) {
    return date.atTime(second / HOUR, second / MINUTE % MINUTE, second % MINUTE);
  }

  private static boolean has(long bits, int value) {
    return ((bits >>> value) & 1) != 0;
  }

  /** The first second of a day from one on; -1 if there is none. */
  private int secondFrom(int from) {
    int hour = next(hours, from / HOUR);
    while (hour >= 0) {
      boolean same = hour == from / HOUR;
      int minute = next(minutes, same ? from / MINUTE % MINUTE : 0);
      while (minute >= 0) {
        boolean exact = same && minute == from / MINUTE % MINUTE;
        int second = next(seconds, exact ? from % MINUTE : 0);
        if (second >= 0) {
          return hour * HOUR + minute * MINUTE + second;
        }
        minute = next(minutes, minute + 1);
      }
      hour = next(hours, hour + 1);
    }
    return -1;
  }

  /** The last second of a day up to one; -1 if there is none. */
  private int secondUpTo(int upTo) {
    int hour = previous(hours, upTo / HOUR);
    while (hour >= 0) {
      boolean same = hour == upTo / HOUR;
      int minute = previous(minutes, same ? upTo / MINUTE % MINUTE : MINUTE - 1);
      while (minute >= 0) {
        boolean exact = same && minute == upTo / MINUTE % MINUTE;
        int second = previous(seconds, exact ? upTo % MINUTE : MINUTE - 1);
        if (second >= 0) {
          return hour * HOUR + minute * MINUTE + second;
        }
        minute = previous(minutes, minute - 1);
      }
      hour = previous(hours, hour - 1);
    }
    return -1;
  }

  /** The lowest value from one on; -1 if there is none. */
  private static int next(long bits, int from) {
    long rest = from >= Long.SIZE ? 0 : bits >>> from;
    return rest == 0 ? -1 : from + Long.numberOfTrailingZeros(rest);
  }

  /** The highest value up to one; -1 if there is none. */
  private static int previous(long bits, int upTo) {
    long rest = upTo < 0 ? 0 : bits << (Long.SIZE - 1 - upTo);
    return rest == 0 ? -1 : upTo - Long.numberOfLeadingZeros(rest);
  }
}
