package dev.holdfast.worker;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets a worker run one suspect at a time, over all its queues: a suspect is a job whose lease
 * ended twice without an outcome, so it may kill its process, and a second suspect beside it would
 * be blamed for that crash.
 *
 * <p>Held by a turn while it may claim a suspect, then by the suspect's job until it ends.
 */
final class SuspectGate {
  private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();

  /** Takes the gate if it is free. */
  boolean tryEnter(Object newHolder) {
    return holder.get() == null && holder.compareAndSet(null, newHolder);
  }

  /** Hands the gate from a turn to the suspect it claimed. */
  void pass(Object from, Object to) {
    holder.compareAndSet(from, to);
  }

  boolean isHeldBy(Object somebody) {
    return holder.get() == somebody;
  }

  /** Frees the gate if this holder has it. */
  void leave(Object oldHolder) {
    if (holder.get() == oldHolder) {
      holder.compareAndSet(oldHolder, null);
    }
  }
}
