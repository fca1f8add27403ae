package dev.holdfast.worker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Platform threads for attempts. An attempt never waits for the end of another: there are as many
 * threads as attempts that run at once, and slots bound those.
 *
 * <p>No thread is woken for an attempt as such. One thread at a time is on its way to those that
 * wait; when it has taken one, and others still wait, it sends for the next before it runs its own.
 * So a burst of long attempts has a thread for each after as many wake-ups, while a burst of short
 * ones is run by the few threads that are there already, without a change of context for each.
 * Handing every attempt to a thread of its own cost half of a worker's processor time with short
 * jobs; docs/decisions has the figures.
 *
 * <p>Safe for use by many threads. If no further thread can be made, all attempts that wait are
 * refused: whoever gave them has them back at once, instead of behind others that may take hours.
 */
final class HandlerPool {
  private static final Logger log = LoggerFactory.getLogger(HandlerPool.class);
  private static final long IDLE = TimeUnit.SECONDS.toNanos(10);

  /**
   * An attempt that waits for a thread.
   *
   * @param refused called instead, if no thread can be made
   */
  private record Waiting(Runnable attempt, Consumer<Throwable> refused) {}

  private final ThreadFactory factory;
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

  /**
   * True while a thread is on its way. Whoever sets it owes a thread that clears it and then looks
   * whether anything waits; so an attempt that was added while it was set is not overlooked.
   */
  private final AtomicBoolean coming = new AtomicBoolean();

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: threads that have nothing to do, the last to become so first; whether closed.
  private final Deque<Hand> idle = new ArrayDeque<>();
  private boolean closed;

  HandlerPool(ThreadFactory factory) {
    this.factory = factory;
  }

  /**
   * Runs an attempt; if no thread can be made for it, calls {@code refused} with the reason, on any
   * thread.
   */
  void execute(Runnable attempt, Consumer<Throwable> refused) {
    waiting.add(new Waiting(attempt, refused));
    send();
  }

  /** Lets threads end as soon as they have nothing to do. */
  void close() {
    List<Hand> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(Hand::call);
  }

  /** Sends for a thread if an attempt waits and none is on its way. Never throws. */
  private void send() {
    while (!waiting.isEmpty() && coming.compareAndSet(false, true)) {
      try {
        Hand hand = takeIdle();
        if (hand != null) {
          hand.call();
        } else {
          factory.newThread(new Hand()).start();
        }
        return;
      } catch (Throwable t) {
        // Whoever added one meanwhile relied on this thread: so look again when none is coming.
        refuseAll(t);
        coming.set(false);
      }
    }
  }

  private void refuseAll(Throwable why) {
    for (Waiting one = waiting.poll(); one != null; one = waiting.poll()) {
      try {
        one.refused.accept(why);
      } catch (Throwable t) {
        // No memory even for that: its lease is extended until the worker ends.
        Thread.onSpinWait();
      }
    }
  }

  private @Nullable Hand takeIdle() {
    lock.lock();
    try {
      return idle.poll();
    } finally {
      lock.unlock();
    }
  }

  /** What a thread of the pool does until it was idle for long. */
  private final class Hand implements Runnable {
    /** Set before it is first idle. */
    private volatile @Nullable Thread thread;

    /** Set by whoever took it out of the idle ones, cleared by itself. */
    private volatile boolean called;

    /** Its own thread only: it was called, and has not yet looked at what waits. */
    private boolean underWay = true;

    void call() {
      called = true;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      do {
        work();
      } while (isCalled());
    }

    /** Runs what waits until nothing does. */
    private void work() {
      for (Waiting next = take(); next != null; next = take()) {
        send();
        // Whoever interrupted this thread meant an attempt that has ended.
        Thread.interrupted();
        try {
          next.attempt.run();
        } catch (Throwable t) {
          log.error("an attempt threw out of its runner; its thread goes on", t);
        }
      }
    }

    private @Nullable Waiting take() {
      Waiting next = waiting.poll();
      while (underWay) {
        underWay = false;
        coming.set(false);
        if (next == null && !waiting.isEmpty() && coming.compareAndSet(false, true)) {
          // Added while this thread was on its way: nobody else was sent for.
          underWay = true;
          next = waiting.poll();
        }
      }
      return next;
    }

    /** Waits among the idle; false if nobody called. */
    private boolean isCalled() {
      lock.lock();
      try {
        if (closed) {
          return false;
        }
        idle.push(this);
      } finally {
        lock.unlock();
      }
      long deadline = System.nanoTime() + IDLE;
      while (!called) {
        Thread.interrupted(); // else it could not park
        long left = deadline - System.nanoTime();
        if (left <= 0 && isForgotten()) {
          return false;
        }
        LockSupport.parkNanos(HandlerPool.this, Math.max(left, 1));
      }
      called = false;
      underWay = true;
      return true;
    }

    /** Takes itself out of the idle; false if somebody just did, to call it. */
    private boolean isForgotten() {
      lock.lock();
      try {
        return idle.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
