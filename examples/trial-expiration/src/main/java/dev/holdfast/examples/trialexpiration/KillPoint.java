package dev.holdfast.examples.trialexpiration;

import java.util.List;
import java.util.Locale;

/**
 * A place in a run where its worker is killed with {@code --crash}, once.
 *
 * @param user whose run
 * @param step at which step
 * @param moment when in it
 */
record KillPoint(String user, String step, Moment moment) {

  /** Where in a step, or after it. */
  enum Moment {
    /** The step has begun, and has done nothing. */
    BEFORE_EFFECT,
    /** The mail is sent, the change is committed; the run knows nothing of it. */
    AFTER_EFFECT,
    /** The outcome is recorded; the flow has not gone on. */
    AFTER_RECORD
  }

  /** At each kind of step, at each moment that it has. */
  static final List<KillPoint> ALL =
      List.of(
          new KillPoint("ada", "paid early?", Moment.AFTER_RECORD),
          new KillPoint("ben", "warn", Moment.BEFORE_EFFECT),
          new KillPoint("ben", "upgrade", Moment.AFTER_EFFECT),
          new KillPoint("cleo", "upgrade", Moment.BEFORE_EFFECT),
          new KillPoint("dan", "paid early?", Moment.AFTER_EFFECT),
          new KillPoint("dan", "warn", Moment.AFTER_EFFECT),
          new KillPoint("dan", "paid or end", Moment.AFTER_RECORD),
          new KillPoint("dan", "downgrade", Moment.AFTER_EFFECT),
          new KillPoint("eva", "until 3 days before", Moment.AFTER_RECORD),
          new KillPoint("eva", "warn", Moment.AFTER_RECORD),
          new KillPoint("eva", "expired mail", Moment.AFTER_EFFECT),
          new KillPoint("eva", "downgrade", Moment.BEFORE_EFFECT));

  /** The point in words, which names it. */
  String text() {
    return user + ", \"" + step + "\", " + moment.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
