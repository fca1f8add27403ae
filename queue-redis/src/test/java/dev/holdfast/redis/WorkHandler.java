package dev.holdfast.redis;

import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Does what a {@link Work} says and writes it into the history. */
@HandlesJob(backoffBase = "PT0.05S", backoffMax = "PT1S")
public final class WorkHandler implements JobHandler<Work> {
  private static final long LOOK = Duration.ofMillis(5).toNanos();

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
        case "halt" -> Runtime.getRuntime().halt(137);
        case "hang" -> new CountDownLatch(1).await();
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
