package dev.holdfast.testkit;

import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Held;
import dev.holdfast.spi.QueueRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much workers may claim: as much as they ask for, or one job when a test says so. Asked with a
 * queue's lock held. Safe for use by many threads.
 */
final class StepGate {
  /** The claim a step led to. */
  record Step(QueueRef queue, Held held) {}

  // All guarded by this object.
  private boolean byStep;
  private int passing;
  private @Nullable QueueRef asked;
  private @Nullable Step taken;

  synchronized void closeBetweenSteps() {
    byStep = true;
  }

  synchronized boolean byStep() {
    return byStep;
  }

  /** Opens it until {@link #passed}. */
  synchronized void pass() {
    passing++;
  }

  synchronized void passed() {
    passing--;
  }

  /** Lets one job of a queue be claimed. */
  synchronized void ask(QueueRef queue) {
    asked = queue;
    taken = null;
  }

  /** Takes back what was asked for, if nobody claimed yet; gives what was claimed since. */
  synchronized @Nullable Step withdraw() {
    asked = null;
    return taken;
  }

  synchronized @Nullable Step taken() {
    return taken;
  }

  /** How many jobs may be claimed now of so many that are wanted. */
  synchronized int admit(QueueRef queue, int wanted) {
    if (!byStep || passing > 0) {
      return wanted;
    }
    return queue.equals(asked) ? Math.min(1, wanted) : 0;
  }

  /** What was claimed of what was admitted; within the same hold of the queue's lock. */
  synchronized void claimed(QueueRef queue, List<Claim> claims) {
    if (byStep && passing == 0 && queue.equals(asked) && !claims.isEmpty()) {
      asked = null;
      taken = new Step(queue, claims.get(0).held());
    }
  }
}
