package dev.holdfast;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which futures of {@code enqueueAsync} are completed, so that what a caller hangs
 * onto a future never runs on, and never blocks, a thread of the engine. Daemons; they end when
 * idle.
 *
 * <p>Work waiting for them is bounded by the places a caller takes before it sends.
 */
final class CompletionThreads implements Executor {
  /** Async enqueues on their way or waiting to be completed. Chosen, not measured. */
  static final int PLACES = 10_000;

  private static final int THREADS = 4;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final AtomicInteger number = new AtomicInteger();
  private final Semaphore places = new Semaphore(PLACES);
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE.toMillis(),
          TimeUnit.MILLISECONDS,
          new LinkedBlockingQueue<>(),
          CompletionThread::new,
          // After close: an answer that comes late still completes its future.
          (late, pool) -> new CompletionThread(late).start());

  CompletionThreads() {
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Takes a place, waiting for one at most so long; to be given back with {@link #leave}. A thread
   * of ours does not wait: it is these threads that free places.
   *
   * @return false if there was none
   * @throws InterruptedException if interrupted while waiting
   */
  boolean enter(Duration most) throws InterruptedException {
    if (places.tryAcquire()) {
      return true;
    }
    return !(Thread.currentThread() instanceof CompletionThread)
        && places.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Gives a place back. */
  void leave() {
    places.release();
  }

  @Override
  public void execute(Runnable completion) {
    threads.execute(completion);
  }

  /** Waits for the completions at hand, a few seconds at most. */
  void close() {
    threads.shutdown();
    if (Thread.currentThread() instanceof CompletionThread) {
      return;
    }
    try {
      threads.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A thread of ours, known by its class. */
  private final class CompletionThread extends Thread {
    CompletionThread(Runnable work) {
      super(work, "holdfast-enqueued-" + number.incrementAndGet());
      setDaemon(true);
    }
  }
}
