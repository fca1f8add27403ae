package dev.holdfast.redis;

import dev.holdfast.Worker;
import dev.holdfast.spi.Meters;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Writes into the history what a worker counts and how it is, so that a test in another process can
 * see it: ANSWERED an outcome was answered, LOST a claim was lost, REAPED leases were taken back,
 * HEALTH each change of the worker's health and of its gauge of stuck threads.
 */
final class Witness implements Meters {
  private static final long LOOK_MS = 20;

  private final History history;
  private final String pid = "pid=" + ProcessHandle.current().pid() + " ";
  private volatile Supplier<Number> gauge = () -> 0;

  /** By the thread that looks alone. */
  private String last = "";

  Witness(History history) {
    this.history = history;
  }

  /** Looks at the worker's health until the JVM ends. */
  void watch(Worker worker) {
    ScheduledExecutorService looker =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "witness");
              thread.setDaemon(true);
              return thread;
            });
    looker.scheduleWithFixedDelay(() -> look(worker), 0, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private void look(Worker worker) {
    var health = worker.health();
    String now =
        "status="
            + health.status()
            + " stuck="
            + health.stuckThreads()
            + " gauge="
            + gauge.get()
            + " "
            + health.reasons();
    if (!now.equals(last)) {
      last = now;
      history.add("HEALTH", 0, pid + now);
    }
  }

  @Override
  public void ended(String queue, String type, String outcome, Duration took) {
    history.add("ANSWERED", 0, pid + "outcome=" + outcome);
  }

  @Override
  public void leaseLost(String queue, String type) {
    history.add("LOST", 0, pid);
  }

  @Override
  public void reaped(String queue, int jobs) {
    history.add("REAPED", 0, pid + "jobs=" + jobs);
  }

  @Override
  public void stuck(Supplier<Number> threads) {
    gauge = threads;
  }
}
