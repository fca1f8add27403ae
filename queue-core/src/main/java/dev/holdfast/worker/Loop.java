package dev.holdfast.worker;

import dev.holdfast.job.HoldfastException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that calls a step again and again until it is stopped, and survives whatever the step
 * throws: errors and exceptions are logged once an episode and followed by a growing pause. One
 * unhandled error must never end a worker that looks alive (BullMQ issues 648 and 4378).
 */
final class Loop {
  /** One round of a loop. It does its own waiting, on {@link Loop#wakeup()}. */
  interface Step {
    /** Runs a round. */
    void run() throws Exception;
  }

  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final String name;
  private final Step step;
  private final Thread thread;
  private final Wakeup wakeup;

  /** The loop's thread only. */
  private final RetryPause pause = new RetryPause();

  /** Set by any thread, never cleared. */
  private volatile boolean stopping;

  /** Written by the loop's thread, read by health. */
  private volatile long lastRound = System.nanoTime();

  /**
   * Creates a loop that does not run yet.
   *
   * @param name the thread's name
   * @param daemon whether the JVM may exit while it runs
   * @param wakeup what the step waits on
   */
  Loop(String name, boolean daemon, Wakeup wakeup, Step step) {
    this.wakeup = wakeup;
    this.name = name;
    this.step = step;
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(daemon);
  }

  Wakeup wakeup() {
    return wakeup;
  }

  String name() {
    return name;
  }

  void start() {
    thread.start();
  }

  /** Asks the loop to end after its round. */
  void stop() {
    stopping = true;
    wakeup.signal();
    LockSupport.unpark(thread);
  }

  boolean stopping() {
    return stopping;
  }

  /** How long ago a round began; grows when the loop hangs or has died. */
  Duration sinceLastRound() {
    return Duration.ofNanos(System.nanoTime() - lastRound);
  }

  boolean alive() {
    return thread.isAlive();
  }

  /** Waits for the thread's end until a nanoTime, ignoring interrupts; false if it still runs. */
  boolean joinUntil(long deadline) {
    boolean interrupted = false;
    try {
      while (thread.isAlive()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        try {
          thread.join(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    while (!stopping) {
      lastRound = System.nanoTime();
      // Nobody interrupts a loop on purpose; a stray flag would turn every wait into a spin.
      Thread.interrupted();
      try {
        step.run();
        pause.reset();
      } catch (Throwable t) {
        survive(t);
      }
    }
  }

  private void survive(Throwable t) {
    try {
      if (stopping) {
        // What it used may be closed already; nobody waits for another round.
        log.debug("{}: ended with an error", name, t);
        return;
      }
      if (t instanceof HoldfastException && !pause.troubled()) {
        log.warn("{}: {}; tried again until it works", name, t.getMessage());
        log.debug("{}: no answer", name, t);
      } else if (!pause.troubled()) {
        log.error("{}: unexpected error; the loop goes on", name, t);
      } else {
        log.debug("{}: unexpected error again; the loop goes on", name, t);
      }
      long deadline = System.nanoTime() + pause.nextNanos();
      while (!stopping && deadline - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, deadline - System.nanoTime());
      }
    } catch (Throwable again) {
      // No memory even to log: the next round will tell.
      Thread.onSpinWait();
    }
  }
}
