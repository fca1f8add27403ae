package dev.holdfast.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a worker without losing a job or spending an attempt:
 *
 * <ol>
 *   <li>nothing more is claimed, no tick is fired; what has not begun is handed back at once;
 *   <li>running attempts go on for the drain grace G;
 *   <li>then they are interrupted, and have the drain's interrupt grace to end;
 *   <li>what still runs is handed back, its thread left behind and counted as stuck;
 *   <li>all outcomes are written; if the engine is away, that is given up after 2 s and left to the
 *       reaper;
 *   <li>leases are extended until here, and no longer.
 * </ol>
 *
 * <p>It takes at most G + the drain's interrupt grace + 2.5 s: 29 s by default. A handler that
 * waits for this very drain is not waited for: one that closes its own worker is handed back at
 * once; one that called {@code System.exit} is left to its lease, because it ends its process as a
 * crash does, and would do so again and again if that were not counted. An interrupt of the
 * draining thread ends the grace at once; the rest goes on as it must.
 */
final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  /** For writing outcomes: an engine that is there answers long before. Chosen, not measured. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(2_000);

  /** Of so many attempts the stacks are looked at again while the drain waits. */
  private static final int FEW = 100;

  /** For the threads to end after that. */
  private static final long JOIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final String worker;
  private final WorkerOptions options;
  private final List<ClaimLoop> claimLoops;
  private final BellListener bells;
  private final Housekeeper housekeeper;
  private final Ticker ticker;
  private final Courier courier;
  private final LeaseKeeper leases;
  private final TimeoutWatch timeouts;
  private final Settler settler;
  private final Wakeup wakeup = new Wakeup();

  Drain(
      String worker,
      WorkerOptions options,
      List<ClaimLoop> claimLoops,
      BellListener bells,
      Housekeeper housekeeper,
      Ticker ticker,
      Courier courier,
      LeaseKeeper leases,
      TimeoutWatch timeouts,
      Settler settler) {
    this.worker = worker;
    this.options = options;
    this.claimLoops = claimLoops;
    this.bells = bells;
    this.housekeeper = housekeeper;
    this.ticker = ticker;
    this.courier = courier;
    this.leases = leases;
    this.timeouts = timeouts;
    this.settler = settler;
  }

  void run() {
    boolean interrupted = Thread.interrupted();
    long begun = System.nanoTime();
    claimLoops.forEach(each -> each.pool().drain(wakeup));
    bells.stop();
    housekeeper.loop().stop();
    ticker.loop().stop();
    interrupt(false);
    int running = busy();
    log.info(
        "{} drains: claims nothing more; {} attempts run and have {} to end",
        worker,
        running,
        AttemptLines.show(options.drainGrace()));
    letGo();
    boolean calm = !interrupted && awaitIdle(begun + options.drainGrace().toNanos());
    if (busy() > 0) {
      log.warn("{} interrupts {} attempts; they are handed back", worker, busy());
      interrupted |= !calm && Thread.interrupted();
      interrupt(true);
      awaitIdle(System.nanoTime() + options.drainInterruptGrace().toNanos());
      giveUp();
    }
    interrupted |= Thread.interrupted();
    finish();
    log.info(
        "{} is closed; it drained in {}",
        worker,
        AttemptLines.show(Duration.ofNanos(System.nanoTime() - begun)));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void finish() {
    long settleBy = System.nanoTime() + SETTLE_NANOS;
    // A loop that is free gives up by itself a moment before it would be left behind.
    claimLoops.forEach(each -> each.finish(settleBy - JOIN_NANOS / 5));
    for (ClaimLoop each : claimLoops) {
      if (!each.loop().joinUntil(settleBy)) {
        log.warn(
            "{}: {} still waits for the engine, and is left behind", worker, each.loop().name());
        each.loop().stop();
      }
    }
    // Only now: the last outcomes may have had ends to tell. What it does not tell another will.
    courier.loop().stop();
    timeouts.loop().stop();
    leases.loop().stop();
    long joinBy = Math.min(settleBy, System.nanoTime()) + JOIN_NANOS;
    timeouts.loop().joinUntil(joinBy);
    leases.loop().joinUntil(joinBy);
    bells.loop().joinUntil(joinBy);
    bells.close();
    housekeeper.loop().joinUntil(joinBy);
    housekeeper.close();
    ticker.loop().joinUntil(joinBy);
    ticker.close();
    courier.loop().joinUntil(joinBy);
  }

  /** Waits until every slot is free, until a nanoTime or an interrupt; whether there was none. */
  private boolean awaitIdle(long deadline) {
    while (busy() > 0 && System.nanoTime() - deadline < 0) {
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
      // A claim that was under way may come in meanwhile; the claim loop hands it back by itself.
      wakeup.awaitUntil(Math.min(deadline, System.nanoTime() + JOIN_NANOS));
      if (busy() <= FEW) {
        letGo();
      }
    }
    return true;
  }

  /** Stops waiting for handlers that wait for this drain themselves. */
  private void letGo() {
    forEachJob(
        job -> {
          if (job.phase() == Phase.RUNNING) {
            StackTraceElement[] stack = job.stack();
            if (Stream.of(stack).anyMatch(Drain::endsTheJvm)) {
              abandon(job);
            } else if (Stream.of(stack).anyMatch(Drain::closesAWorker)) {
              handBack(job, "its handler closes the worker it runs on");
            }
          }
        });
  }

  private static boolean endsTheJvm(StackTraceElement frame) {
    return frame.getClassName().equals("java.lang.Shutdown");
  }

  private static boolean closesAWorker(StackTraceElement frame) {
    return frame.getMethodName().equals("close")
        && (frame.getClassName().equals(WorkerRuntime.class.getName())
            || frame.getClassName().equals("dev.holdfast.Holdfast"));
  }

  private void abandon(ActiveJob job) {
    if (settler.abandon(job, Verdict.released("its handler ends the JVM"))) {
      log.warn(
          "{}: its handler ends the JVM; the job is left to its lease, whose end counts as a crash",
          AttemptLines.head(job));
    }
  }

  private int busy() {
    int busy = 0;
    for (ClaimLoop each : claimLoops) {
      busy += each.pool().slots() - each.pool().free();
    }
    return busy;
  }

  private void interrupt(boolean running) {
    forEachJob(job -> job.drain(running));
  }

  private void giveUp() {
    forEachJob(
        job -> {
          if (job.phase() != Phase.SETTLED && job.phase() != Phase.ENDED) {
            handBack(job, "its handler did not end when it was interrupted");
          }
        });
  }

  private void handBack(ActiveJob job, String why) {
    String stack = TimeoutWatch.stack(job);
    if (settler.giveUp(job, Verdict.released("the worker closes and " + why))) {
      log.warn("{}: {}; its thread is left behind at{}", AttemptLines.head(job), why, stack);
    }
  }

  private void forEachJob(java.util.function.Consumer<ActiveJob> action) {
    for (ClaimLoop each : claimLoops) {
      for (Consumer consumer : each.pool().consumers()) {
        consumer.heldJobs().forEach(action);
      }
    }
  }
}
