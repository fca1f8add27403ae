package dev.holdfast.redis;

import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.LeaseLostException;
import dev.holdfast.job.NonRetriableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Does what a {@link Work} says and writes it into the history. */
@HandlesJob(backoffBase = "PT0.05S", backoffMax = "PT1S")
public final class WorkHandler implements JobHandler<Work> {
  /** How long a "back-off" keeps its limit key back. */
  public static final Duration BACK_OFF = Duration.ofSeconds(3);

  private static final long LOOK = Duration.ofMillis(5).toNanos();

  private static final int SECOND_GATE = 1_000;

  private final History history;

  public WorkHandler(History history) {
    this.history = history;
  }

  @Override
  public void handle(Work work, JobContext context) throws Exception {
    history.add(
        "BEGIN",
        work.number(),
        "pid="
            + ProcessHandle.current().pid()
            + " attempt="
            + context.attempt()
            + " claims="
            + context.counters().claims()
            + " token="
            + context.fencingToken()
            + " nano="
            + System.nanoTime());
    try {
      switch (work.mode()) {
        case "gate" -> awaitGate(work.number());
        case "gates" -> awaitGate(gateOf(work.number(), context));
        case "halt" -> Runtime.getRuntime().halt(137);
        case "exit" -> System.exit(3);
        case "hang" -> new CountDownLatch(1).await();
        case "oom" -> firstAttempt(context, WorkHandler::fillHeap);
        case "overflow" -> firstAttempt(context, () -> overflow(0));
        case "error" -> firstAttempt(context, WorkHandler::fail);
        case "spin" -> firstAttempt(context, WorkHandler::spin);
        case "hang-once" -> {
          if (context.counters().claims() == 1) {
            new CountDownLatch(1).await();
          }
        }
        case "back-off" -> {
          if (context.counters().claims() == 1) {
            throw context.backOff(BACK_OFF);
          }
        }
        case "doomed" -> requireGate(work.number());
        case "fenced" -> fenced(work.number(), context);
        case "heap" -> heap(work.number());
        case "busy" -> LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        default -> {
          // "ok": nothing to do.
        }
      }
    } catch (InterruptedException e) {
      history.add("INTERRUPTED", work.number(), "lost=" + context.leaseLost());
      throw e;
    }
    history.add("END", work.number(), "lost=" + context.leaseLost());
  }

  private static void firstAttempt(JobContext context, Runnable harm) {
    if (context.attempt() == 1) {
      harm.run();
    }
  }

  /** Until not even a kilobyte is left, so that others of this JVM go without memory, too. */
  private static void fillHeap() {
    Object[] kept = {};
    for (int size = 1 << 20; ; ) {
      try {
        kept = new Object[] {kept, new byte[size]};
      } catch (OutOfMemoryError e) {
        if (size <= 1 << 10) {
          throw e;
        }
        size /= 2;
      }
    }
  }

  @SuppressWarnings("InfiniteRecursion") // Meant.
  private static int overflow(int depth) {
    return 1 + overflow(depth + 1);
  }

  private static void fail() {
    throw new AssertionError("an Error of the handler");
  }

  /** Ends with its JVM alone. */
  private static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  private static int gateOf(int number, JobContext context) {
    return context.counters().claims() == 1 ? number : number + SECOND_GATE;
  }

  /** What is left after a collection. */
  private void heap(int number) {
    System.gc();
    Runtime jvm = Runtime.getRuntime();
    history.add("HEAP", number, "used=" + (jvm.totalMemory() - jvm.freeMemory()));
  }

  private void fenced(int number, JobContext context) {
    boolean inDoubt = false;
    while (!history.gateIsOpen(gateOf(number, context))) {
      if (!inDoubt && context.leaseInDoubt()) {
        inDoubt = true;
        history.add("DOUBT", number, "lost=" + context.leaseLost());
      }
      LockSupport.parkNanos(LOOK);
    }
    try {
      context.checkpoint(number);
      history.add("CHECKPOINT", number, "stored");
    } catch (LeaseLostException e) {
      history.add("CHECKPOINT", number, "refused");
    }
  }

  private void requireGate(int number) {
    if (!history.gateIsOpen(number)) {
      history.add("DOOMED", number, "");
      throw new NonRetriableException("its gate is closed");
    }
  }

  /** Looks every 5 ms for the file; does not heed interrupts, as much real code does not. */
  private void awaitGate(int number) {
    while (!history.gateIsOpen(number)) {
      LockSupport.parkNanos(LOOK);
      boolean unheeded = Thread.interrupted();
      if (unheeded) {
        history.add("UNHEEDED", number, "");
      }
    }
  }
}
