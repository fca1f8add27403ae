package dev.holdfast.worker;

import dev.holdfast.spi.QueueRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One queue as a whole worker serves it: all the consumers its pools have for it. */
final class ServedQueue {
  private static final int MOST_UNMATCHED = 64;

  private final QueueRef ref;

  /** Filled before any loop starts, then only read. */
  private final List<Consumer> consumers = new ArrayList<>(1);

  /** Set by the claim loop with the first claim, read by the housekeeper. */
  private volatile boolean claimedBefore;

  /** Set by the housekeeper: hints reach this process from now on. */
  private volatile boolean listening;

  /** A nanoTime that the idle turns of its pools are counted from. */
  private final long begun = System.nanoTime();

  /**
   * Keys of hints for jobs that were not held here: those of other workers, and of claims whose
   * answer was still on its way.
   */
  private final Set<String> unmatched = ConcurrentHashMap.newKeySet();

  ServedQueue(QueueRef ref) {
    this.ref = ref;
  }

  QueueRef ref() {
    return ref;
  }

  List<Consumer> consumers() {
    return consumers;
  }

  void add(Consumer consumer) {
    consumers.add(consumer);
  }

  /**
   * When a consumer of this queue looks by itself if nothing happens: its pools do so in turn, so
   * that the queue is looked at once a block time, whatever their number.
   *
   * @param last when its last turn was sent, a nanoTime
   * @param block the block time in nanoseconds
   */
  long nextIdleTurn(Consumer consumer, long last, long block) {
    int siblings = consumers.size();
    if (siblings == 1) {
      return last + block;
    }
    long period = block * siblings;
    return last
        + period
        - Math.floorMod(last - begun - consumers.indexOf(consumer) * block, period);
  }

  /** Notes that a job was claimed; true the first time. */
  boolean firstClaim() {
    if (claimedBefore) {
      return false;
    }
    claimedBefore = true;
    return true;
  }

  boolean claimedBefore() {
    return claimedBefore;
  }

  void nowListens() {
    listening = true;
  }

  boolean listening() {
    return listening;
  }

  /** A hint from the engine: somebody asked that this job ends. Does not block. */
  void cancel(String key) {
    if (unmatched.size() >= MOST_UNMATCHED) {
      // What is forgotten here is learned with the next extension.
      unmatched.clear();
    }
    // Noted first, and a claim is held before it asks: so one of both finds the other.
    unmatched.add(key);
    boolean found = false;
    for (Consumer consumer : consumers) {
      found |= consumer.cancel(key);
    }
    if (found) {
      unmatched.remove(key);
    }
  }

  /** Whether a hint came for a job before it was held; true once. Asked after it is held. */
  boolean hintedBefore(String key) {
    return !unmatched.isEmpty() && unmatched.remove(key);
  }
}
