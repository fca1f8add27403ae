package dev.holdfast.redis.faults;

import dev.holdfast.Holdfast;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.redis.Work;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that enqueue one job after another, and what each call answered. Jobs are numbered from
 * some number on, so that a test has the numbers below for jobs of its own.
 */
final class Load implements AutoCloseable {
  private final AtomicInteger next;
  private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> unknown = new ConcurrentLinkedQueue<>();
  private final Queue<EngineUnavailableException> unavailable = new ConcurrentLinkedQueue<>();
  private final Queue<QueueFullException> full = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Holdfast holdfast;
  private final String mode;
  private final Duration pause;

  /** A job that enqueue returned for. */
  record Acknowledged(int number, JobId id, Instant at) {}

  private Load(Holdfast holdfast, int first, String mode, Duration pause) {
    this.next = new AtomicInteger(first);
    this.holdfast = holdfast;
    this.mode = mode;
    this.pause = pause;
  }

  /** Starts enqueueing; each thread pauses between two jobs. */
  static Load start(Holdfast holdfast, int first, int threads, String mode, Duration pause) {
    Load load = new Load(holdfast, first, mode, pause);
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(load::run, "load-" + i);
      load.threads.add(thread);
      thread.start();
    }
    return load;
  }

  private void run() {
    while (stopped.getCount() > 0) {
      int number = next.getAndIncrement();
      try {
        JobId id = holdfast.enqueue(new Work(number, mode)).id();
        acknowledged.add(new Acknowledged(number, id, InstantSource.system().instant()));
      } catch (OutcomeUnknownException e) {
        unknown.add(number);
      } catch (EngineUnavailableException e) {
        unavailable.add(e);
      } catch (QueueFullException e) {
        full.add(e);
      } catch (Throwable t) {
        unexpected.add(t);
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  /** Stops, and returns when the last call has been answered. */
  void stop() {
    stopped.countDown();
    for (Thread thread : threads) {
      try {
        thread.join(60_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  int threads() {
    return threads.size();
  }

  List<Acknowledged> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Numbers of jobs that may be in the queue. */
  List<Integer> unknown() {
    return List.copyOf(unknown);
  }

  /** Refusals that said that nothing was written. */
  List<EngineUnavailableException> unavailable() {
    return List.copyOf(unavailable);
  }

  List<QueueFullException> full() {
    return List.copyOf(full);
  }

  /** What no caller of enqueue should ever see. */
  List<Throwable> unexpected() {
    return List.copyOf(unexpected);
  }

  @Override
  public void close() {
    stop();
  }
}
