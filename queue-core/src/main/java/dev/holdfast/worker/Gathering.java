package dev.holdfast.worker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the jobs of one batch handler, of one queue, come together. The thread of the first one
 * leads: it waits for the others and makes the call. Theirs add them, and are free. So a batch
 * costs one thread that waits, and nobody has to find a thread for a batch that has waited long
 * enough. Safe for use by many threads.
 */
final class Gathering {
  private final BatchOptions options;
  private final ServedQueue queue;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock: takes jobs; null if the next one begins another. */
  private @Nullable Batch open;

  Gathering(BatchOptions options, ServedQueue queue) {
    this.options = options;
    this.queue = queue;
  }

  /**
   * Takes a job in; null if it is to be handed back. If the calling thread {@link Batch#isLedBy
   * leads}, it has to see to the batch.
   *
   * <p>A suspect makes a batch by itself: should it kill its process, the others would be blamed.
   */
  @Nullable Batch take(BatchedJob item) {
    boolean alone = item.job().claim().suspect();
    lock.lock();
    try {
      Batch batch = open;
      if (batch == null || alone) {
        batch = new Batch(Thread.currentThread());
      }
      if (!item.job().startWaiting(batch.leader)) {
        return null;
      }
      batch.items.add(item);
      item.job().consumer().pool().gathers(1);
      if (!alone) {
        open = batch.items.size() < options.maxItems() ? batch : null;
      }
      if (alone || open == null || nothingMoreCanCome()) {
        batch.goAhead();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Whether every slot that reads the queue holds a job that waits for a batch. */
  private boolean nothingMoreCanCome() {
    for (Consumer consumer : queue.consumers()) {
      if (!consumer.pool().allGather()) {
        return false;
      }
    }
    return true;
  }

  /** Jobs that will be called together. */
  final class Batch {
    private final Thread leader;
    private final long deadline = System.nanoTime() + options.maxWait().toNanos();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private List<BatchedJob> items = new ArrayList<>();
    private boolean ready;

    private Batch(Thread leader) {
      this.leader = leader;
    }

    boolean isLedBy(Thread thread) {
      return leader == thread;
    }

    private void goAhead() {
      ready = true;
      changed.signal();
    }

    /**
     * Waits until it is full, its first job has waited long enough, or nothing more can come. It
     * takes further jobs until it is full or taken.
     *
     * @throws InterruptedException if a job of it is to be handed back
     */
    void await() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (!ready) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return;
          }
          long unused = changed.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Takes out what is to be handed back; without any job left it takes no more. */
    List<BatchedJob> takeUnwanted() {
      List<BatchedJob> unwanted = new ArrayList<>();
      lock.lock();
      try {
        items.removeIf(item -> item.job().isUnwanted() && unwanted.add(item));
        leave(unwanted);
        if (items.isEmpty()) {
          close();
        }
        return unwanted;
      } finally {
        lock.unlock();
      }
    }

    /** Takes all out, the first one enqueued first, and takes no more; empty the second time. */
    List<BatchedJob> takeAll() {
      lock.lock();
      try {
        // First what may want memory: nobody else knows the jobs any more.
        items.sort(Comparator.comparing(item -> item.job().held().key()));
        List<BatchedJob> none = new ArrayList<>();
        List<BatchedJob> all = items;
        items = none;
        leave(all);
        close();
        return all;
      } finally {
        lock.unlock();
      }
    }

    boolean isEmpty() {
      lock.lock();
      try {
        return items.isEmpty();
      } finally {
        lock.unlock();
      }
    }

    private void leave(List<BatchedJob> leaving) {
      for (BatchedJob item : leaving) {
        item.job().consumer().pool().gathers(-1);
      }
    }

    private void close() {
      if (open == this) {
        open = null;
      }
    }
  }
}
