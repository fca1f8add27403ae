package dev.holdfast.examples.orderflow;

import java.util.List;
import java.util.Locale;

/**
 * A place in a run where something happens to its worker with {@code --crash}, once.
 *
 * @param customer whose order
 * @param step at which step
 * @param moment when in it
 * @param fate what happens
 */
record KillPoint(String customer, String step, Moment moment, Fate fate) {

  /** Where in a step, or after it. */
  enum Moment {
    /** The step has begun, and has done nothing. */
    BEFORE_EFFECT,
    /** The mail is sent, the money is taken, the change is committed; the run knows nothing. */
    AFTER_EFFECT,
    /** The outcome is recorded; the flow has not gone on. */
    AFTER_RECORD
  }

  /** What happens to the worker. */
  enum Fate {
    /** It is killed: SIGKILL. */
    KILLED,
    /**
     * It is stopped, SIGSTOP, until another worker has done its work, and goes on, SIGCONT, as if
     * nothing had been: as after a long pause of a virtual machine.
     */
    STOPPED
  }

  /** At each kind of step, in both branches, at each moment that it has. */
  static final List<KillPoint> ALL =
      List.of(
          killed("anna", "charge", Moment.AFTER_EFFECT),
          killed("anna", "fulfil/confirm", Moment.AFTER_EFFECT),
          killed("anna", "ask review", Moment.AFTER_EFFECT),
          killed("bert", "validate", Moment.AFTER_RECORD),
          killed("bert", "fulfil/confirm", Moment.BEFORE_EFFECT),
          killed("bert", "fulfil/decrement", Moment.AFTER_EFFECT),
          killed("bert", "ask review", Moment.AFTER_RECORD),
          new KillPoint("cara", "charge", Moment.AFTER_EFFECT, Fate.STOPPED),
          killed("cara", "fulfil/decrement", Moment.BEFORE_EFFECT),
          killed("dora", "notify declined", Moment.AFTER_EFFECT),
          killed("emil", "validate", Moment.BEFORE_EFFECT));

  private static KillPoint killed(String customer, String step, Moment moment) {
    return new KillPoint(customer, step, moment, Fate.KILLED);
  }

  /** The place in words, which names it. */
  String text() {
    return customer
        + ", \""
        + step
        + "\", "
        + moment.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
