package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.KillPoint.Fate;
import dev.holdfast.examples.orderflow.KillPoint.Moment;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Stands still at the kill points, in the worker, until it is dealt with from outside: one that is
 * killed runs no {@code finally} block and hands nothing back, as in a crash.
 */
final class KillSwitch {
  static final String KILL = "kill me at ";
  static final String STOP = "stop me at ";
  static final String REFUSED = "refused ";

  private final KillList list;
  private final String worker;
  private final CountDownLatch goOn = new CountDownLatch(1);

  KillSwitch(KillList list, String worker) {
    this.list = list;
    this.worker = worker;
  }

  /** Goes on, unless this is a kill point that nobody has reached before. */
  void reach(String customer, String step, Moment moment) {
    // The fate is not part of a place's name.
    String point = new KillPoint(customer, step, moment, Fate.KILLED).text();
    try {
      Optional<Fate> fate = list.take(point, worker);
      if (fate.isPresent()) {
        boolean stopped = fate.get() == Fate.STOPPED;
        System.out.println((stopped ? STOP : KILL) + point);
        (stopped ? goOn : new CountDownLatch(1)).await();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the kill list cannot be asked", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // its lease is lost: the step learns of it
    }
  }

  /** Tells that an outcome was not recorded, for the claim was another's by then. */
  void refused(String customer, String step) {
    System.out.println(REFUSED + customer + ", \"" + step + "\"");
  }

  /** Has the worker that was stopped go on. */
  void goOn() {
    goOn.countDown();
  }
}
