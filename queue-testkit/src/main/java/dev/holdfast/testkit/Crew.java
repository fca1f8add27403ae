package dev.holdfast.testkit;

import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Upkeep.ReapOrder;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a test as virtual time must know them: who lives and serves which queue, and which
 * consumers are dead. Taken after a queue's lock, never before. Safe for use by many threads.
 */
final class Crew {
  // Both guarded by this object. A worker is whatever object stands for it.
  private final Map<Object, List<ReapOrder>> living = new LinkedHashMap<>();
  private final Set<String> dead = new HashSet<>();

  /** A worker lives, and would reap these queues like this. */
  synchronized void join(Object worker, List<ReapOrder> orders) {
    living.put(worker, List.copyOf(orders));
  }

  synchronized void leave(Object worker) {
    living.remove(worker);
  }

  /** A worker has died: nobody will hear of these consumers again. */
  synchronized void die(Object worker, Set<String> consumers) {
    living.remove(worker);
    dead.addAll(consumers);
  }

  synchronized boolean isDead(String consumer) {
    return dead.contains(consumer);
  }

  /** How a living worker would reap a queue; null if none serves it. */
  synchronized @Nullable ReapOrder reaper(QueueRef queue) {
    for (List<ReapOrder> orders : living.values()) {
      for (ReapOrder order : orders) {
        if (order.queue().equals(queue)) {
          return order;
        }
      }
    }
    return null;
  }

  /** The queues with a living worker, by name. */
  synchronized Set<QueueRef> served() {
    Set<QueueRef> queues = new TreeSet<>(Comparator.comparing(QueueRef::name));
    living.values().forEach(orders -> orders.forEach(order -> queues.add(order.queue())));
    return queues;
  }
}
