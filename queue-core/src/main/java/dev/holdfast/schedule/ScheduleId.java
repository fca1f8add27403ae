package dev.holdfast.schedule;

import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.Naming;

/**
 * Where a schedule is, and its name there. Written {@code billing~invoices.archive}.
 *
 * @param queue the queue its jobs go to
 * @param name its name, one of its kind in that queue: 1 to 128 characters of {@code A-Z a-z 0-9 .
 *     _ -}
 */
public record ScheduleId(String queue, String name) {
  /**
   * Checks the names.
   *
   * @throws InvalidNameException if one is none
   */
  public ScheduleId {
    Naming.queue(queue);
    Naming.name("schedule name", name);
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws InvalidNameException if it is none
   */
  public static ScheduleId parse(String text) {
    int at = text.indexOf('~');
    if (at < 0) {
      throw new InvalidNameException(
          "schedule id " + Naming.quote(text) + " has no ~ between its queue and its name");
    }
    return new ScheduleId(text.substring(0, at), text.substring(at + 1));
  }

  @Override
  public String toString() {
    return queue + "~" + name;
  }
}
