package dev.holdfast.worker;

import dev.holdfast.spi.QueueRef;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one pool: takes turns over its queues while they want some, then waits for a signal
 * (an outcome, a bell, a freed slot, the end) or for the next due or idle instant.
 *
 * <p>While a turn is on its way, outcomes gather and go together with the next one: batches grow
 * with load, and nothing waits when there is none.
 */
final class ClaimLoop {
  private static final Logger log = LoggerFactory.getLogger(ClaimLoop.class);

  /**
   * A queue that comes first may fill the slots with several turns before the next is looked at.
   */
  private static final int MOST_IN_A_ROW = 8;

  private static final long MOST_REST = TimeUnit.SECONDS.toNanos(10);
  private static final long UNCOVERED_WAIT = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int UNCOVERED_TRIES = 4;

  private final Pool pool;
  private final QueuePicker picker;
  private final boolean strict;
  private final List<QueueTurns> turns;
  private final BellListener bells;
  private final Loop loop;

  /** The claim loop only: how often the listener was asked to hear this pool's bells. */
  private int asked;

  /** Set once by the drain, after {@link #finishBy}: end when all outcomes are written. */
  private volatile boolean finishing;

  /** Set by the drain: give up then, a nanoTime. */
  private volatile long finishBy;

  ClaimLoop(
      String name,
      Pool pool,
      QueueOrder order,
      QueuePicker picker,
      List<QueueTurns> turns,
      BellListener bells) {
    this.pool = pool;
    this.picker = picker;
    this.strict = order.kind() == QueueOrder.Kind.STRICT && turns.size() > 1;
    this.turns = List.copyOf(turns);
    this.bells = bells;
    // Not a daemon: a started worker keeps its JVM alive until it is closed.
    this.loop = new Loop(name, false, pool.wakeup(), this::round);
  }

  Loop loop() {
    return loop;
  }

  Pool pool() {
    return pool;
  }

  /** Ends the loop when all outcomes are written, or at this nanoTime. */
  void finish(long by) {
    finishBy = by;
    finishing = true;
    pool.wake();
  }

  private void round() {
    int[] order = picker.next();
    int firstAsked = strict ? lastWanting(order) : -1;
    boolean earlierHungry = false;
    for (int i = 0; i < order.length; i++) {
      QueueTurns at = turns.get(order[i]);
      boolean draining = pool.draining();
      // Strict order: a later queue claims only when the earlier ones were looked at in this round
      // and
      // have nothing more to claim. Slots that free in between are the earlier ones' too.
      boolean ahead =
          i < firstAsked && !draining && pool.free() > 0 && at.usable(System.nanoTime());
      int free = earlierHungry ? 0 : pool.free();
      if (ahead || at.wants(System.nanoTime(), free, draining)) {
        int row = 0;
        do {
          at.take(free, draining);
          row++;
          free = earlierHungry ? 0 : pool.free();
        } while (strict && row < MOST_IN_A_ROW && free > 0 && claimsOn(at, free));
      }
      earlierHungry |= strict && at.hungry() && at.usable(System.nanoTime());
    }
    if (finishing && finished()) {
      loop.stop();
    } else {
      rest();
    }
  }

  private boolean claimsOn(QueueTurns at, int free) {
    return at.hungry() && at.wants(System.nanoTime(), free, pool.draining());
  }

  /** The last place in the order whose queue wants a turn that may claim; -1 if none does. */
  private int lastWanting(int[] order) {
    int free = pool.free();
    if (free > 0 && !pool.draining()) {
      long now = System.nanoTime();
      for (int i = order.length - 1; i > 0; i--) {
        if (turns.get(order[i]).wants(now, free, false)) {
          return i;
        }
      }
    }
    return -1;
  }

  private boolean finished() {
    boolean late = System.nanoTime() - finishBy >= 0;
    if (pool.free() < pool.slots() && !late) {
      // A handler has ended and its thread is about to give the verdict.
      return false;
    }
    int unwritten = 0;
    for (QueueTurns at : turns) {
      if (!at.flushed()) {
        if (!late) {
          return false;
        }
        unwritten += at.unwritten();
      }
    }
    if (unwritten > 0) {
      log.warn(
          "{}: gives up waiting for the engine; {} outcomes are not known to be written, and their"
              + " jobs run again when their leases have ended",
          loop.name(),
          unwritten);
      return true;
    }
    for (QueueTurns at : turns) {
      at.leave();
    }
    return true;
  }

  private void rest() {
    long now = System.nanoTime();
    boolean draining = pool.draining();
    int free = pool.free();
    long wait = finishing ? Math.max(0, finishBy - now) : MOST_REST;
    for (QueueTurns at : turns) {
      if (at.consumer().rung() && (free <= 0 || draining)) {
        at.postponeRing();
        ringOn(at.consumer().queue().ref());
      }
      if (at.wants(now, free, draining)) {
        return;
      }
      wait = Math.min(wait, at.waitNanos(now, draining));
    }
    boolean listening = !draining && free > 0;
    pool.listening(listening);
    if (!listening || bells.covers(pool)) {
      asked = 0;
    } else if (asked < UNCOVERED_TRIES) {
      asked++;
      bells.grew();
      wait = Math.min(wait, UNCOVERED_WAIT);
    }
    if (wait > 0) {
      pool.wakeup().awaitUntil(now + wait);
    }
  }

  private void ringOn(QueueRef queue) {
    try {
      bells.ringOn(queue);
    } catch (RuntimeException e) {
      log.debug("queue {}: could not ring on; idle workers look by themselves", queue.name(), e);
    }
  }
}
