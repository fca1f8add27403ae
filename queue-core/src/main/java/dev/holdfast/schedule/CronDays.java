package dev.holdfast.schedule;

import java.time.LocalDate;

/**
 * Which dates a cron expression names. Of two days that are both given one must fit; a day that is
 * {@code *} or {@code ?} is not given.
 *
 * @param anyOfMonth whether the day of the month is not given
 * @param ofMonth bits 1 to 31
 * @param last whether the last day of a month fits
 * @param anyOfWeek whether the day of the week is not given
 * @param ofWeek bits 1 (Monday) to 7
 * @param lastOfWeek bits 1 to 7: the last such day of a month fits
 * @param nthOfWeek bits {@code 8 · n + day} for n = 1 to 5: the n-th such day of a month fits
 */
record CronDays(
    boolean anyOfMonth,
    int ofMonth,
    boolean last,
    boolean anyOfWeek,
    int ofWeek,
    int lastOfWeek,
    long nthOfWeek) {
  private static final int WEEK = 7;

  boolean fit(LocalDate date) {
    if (anyOfMonth) {
      return anyOfWeek || fitsWeek(date);
    }
    return fitsMonth(date) || (!anyOfWeek && fitsWeek(date));
  }

  private boolean fitsMonth(LocalDate date) {
    int day = date.getDayOfMonth();
    return ((ofMonth >>> day) & 1) != 0 || (last && day == date.lengthOfMonth());
  }

  private boolean fitsWeek(LocalDate date) {
    int day = date.getDayOfWeek().getValue();
    int nth = (date.getDayOfMonth() - 1) / WEEK + 1;
    boolean isLast = date.getDayOfMonth() + WEEK > date.lengthOfMonth();
    return ((ofWeek >>> day) & 1) != 0
        || (isLast && ((lastOfWeek >>> day) & 1) != 0)
        || ((nthOfWeek >>> (8 * nth + day)) & 1) != 0;
  }
}
