package dev.holdfast.worker;

import dev.holdfast.spi.QueueRef;
import java.util.ArrayList;
import java.util.List;

/** One queue as a whole worker serves it: all the consumers its pools have for it. */
final class ServedQueue {
  private final QueueRef ref;

  /** Filled before any loop starts, then only read. */
  private final List<Consumer> consumers = new ArrayList<>(1);

  /** Set by the claim loop with the first claim, read by the housekeeper. */
  private volatile boolean claimedBefore;

  /** A nanoTime that the idle turns of its pools are counted from. */
  private final long begun = System.nanoTime();

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

  /** A hint from the engine: somebody asked that this job ends. Does not block. */
  void cancel(String key) {
    for (Consumer consumer : consumers) {
      consumer.cancel(key);
    }
  }
}
