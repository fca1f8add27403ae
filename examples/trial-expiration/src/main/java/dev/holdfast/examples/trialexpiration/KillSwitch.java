package dev.holdfast.examples.trialexpiration;

import dev.holdfast.examples.trialexpiration.KillPoint.Moment;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;

/**
 * Stands still at the kill points, in the worker, until the worker is killed from outside: no
 * {@code finally} block runs, nothing is handed back, as in a crash.
 */
final class KillSwitch {
  static final String AT = "at ";

  private final KillList list;
  private final String worker;

  KillSwitch(KillList list, String worker) {
    this.list = list;
    this.worker = worker;
  }

  /** Goes on, unless this is a kill point that nobody has reached before. */
  void reach(String user, String step, Moment moment) {
    KillPoint point = new KillPoint(user, step, moment);
    try {
      if (list.take(point, worker)) {
        System.out.println(AT + point.text());
        new CountDownLatch(1).await(); // for ever
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the kill list cannot be asked", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
