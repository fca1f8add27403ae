package dev.holdfast.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Slots that a few queues share, at most 128: the jobs of one pool make one consumer of each of its
 * queues, and an acknowledgement looks through that consumer's list.
 */
final class Pool {
  /** The most slots of a pool; a worker with more makes several pools. */
  static final int MOST_SLOTS = 128;

  /** From so many slots on there are two pools at least. */
  private static final int FEWEST_FOR_TWO = 8;

  private final int slots;

  /** Taken by the claim loop, given back by whoever settles a job. */
  private final AtomicInteger free;

  /** Slots whose jobs wait for others of their batch. Changed by the threads of handlers. */
  private final AtomicInteger gathering = new AtomicInteger();

  /** Filled before the loop starts, then only read. */
  private final List<Consumer> consumers = new ArrayList<>(1);

  private final Wakeup wakeup = new Wakeup();

  /** Written by the claim loop: it waits for a bell with a free slot. Read by the bell listener. */
  private volatile boolean listening;

  /** Set by the drain before it waits: signalled whenever a job is settled. */
  private volatile @Nullable Wakeup drainer;

  /** Set once by the drain: claim nothing more. */
  private volatile boolean draining;

  Pool(int slots) {
    this.slots = slots;
    this.free = new AtomicInteger(slots);
  }

  Wakeup wakeup() {
    return wakeup;
  }

  int slots() {
    return slots;
  }

  int free() {
    return free.get();
  }

  List<Consumer> consumers() {
    return consumers;
  }

  void add(Consumer consumer) {
    consumers.add(consumer);
  }

  void take(int count) {
    free.addAndGet(-count);
  }

  /** A job was settled: its slot is free, and its outcome waits for a turn. */
  void settled() {
    free.incrementAndGet();
    wakeup.signal();
    Wakeup waiting = drainer;
    if (waiting != null) {
      waiting.signal();
    }
  }

  /** So many jobs more wait for others of their batch. */
  void gathers(int count) {
    gathering.addAndGet(count);
  }

  /** Whether each slot holds a job that waits for others of its batch. */
  boolean allGather() {
    return gathering.get() == slots;
  }

  /** Wakes the claim loop to look at its queues. */
  void wake() {
    wakeup.signal();
  }

  boolean listening() {
    return listening;
  }

  void listening(boolean now) {
    listening = now;
  }

  boolean draining() {
    return draining;
  }

  /** Stops claiming; from now on the drainer is signalled when a job is settled. */
  void drain(Wakeup newDrainer) {
    drainer = newDrainer;
    draining = true;
    wakeup.signal();
  }

  /**
   * Splits a number of slots into pools of nearly equal size, none over the most. There are two as
   * soon as it is worth it: a pool has one turn in flight, and while the engine works on that of
   * one, the other starts jobs and gathers outcomes. With short jobs that drains half as fast
   * again.
   */
  static int[] split(int slots) {
    int fewest = slots < FEWEST_FOR_TWO ? 1 : 2;
    int pools = Math.max(fewest, (slots + MOST_SLOTS - 1) / MOST_SLOTS);
    int[] sizes = new int[pools];
    for (int i = 0; i < pools; i++) {
      sizes[i] = slots / pools + (i < slots % pools ? 1 : 0);
    }
    return sizes;
  }
}
