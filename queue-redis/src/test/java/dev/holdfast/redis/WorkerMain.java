package dev.holdfast.redis;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.Retention;
import dev.holdfast.spi.Meters;
import dev.holdfast.worker.WorkerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A worker in a process of its own, with short leases. */
public final class WorkerMain {
  /** The reconnect cap that the leases below leave room for. */
  public static final Duration RECONNECT_CAP = Duration.ofMillis(250);

  private static final int LEADING_ARGUMENTS = 5;

  private WorkerMain() {}

  /** Names L in ms for a process; the other periods keep their ratio to it. */
  static final String LEASE_PROPERTY = "holdfast.test.lease";

  /** Names T in ms for a process. */
  static final String TIMEOUT_PROPERTY = "holdfast.test.commandTimeout";

  /** L = 2 s, H = 0.6 s, R = 0.5 s, J = 0.1 s, B = 0.5 s. */
  public static WorkerOptions.Builder shortLeases() {
    return leases(Duration.ofSeconds(2));
  }

  /** H = 0.3 L, R = B = L/4, J = L/20. */
  public static WorkerOptions.Builder leases(Duration lease) {
    return WorkerOptions.builder()
        .lease(lease)
        // Every job of a long row is looked at in the end.
        .retention(new Retention(Duration.ofHours(1), 1_000_000, Duration.ofDays(90), 100_000))
        .extendPeriod(lease.multipliedBy(3).dividedBy(10))
        .reapPeriod(lease.dividedBy(4))
        .reapJitter(lease.dividedBy(20))
        .blockTime(lease.dividedBy(4))
        .drainGrace(Duration.ofSeconds(2))
        .interruptGrace(Duration.ofSeconds(1));
  }

  public static RedisOptions options(String uri, String namespace) {
    return options(uri, namespace, Duration.ofSeconds(3), RECONNECT_CAP);
  }

  /** With T and C. */
  public static RedisOptions options(
      String uri, String namespace, Duration commandTimeout, Duration reconnectCap) {
    return RedisOptions.builder(uri)
        .namespace(namespace)
        .commandTimeout(commandTimeout)
        .enqueueTimeout(
            commandTimeout.compareTo(Duration.ofSeconds(1)) < 0
                ? commandTimeout
                : Duration.ofSeconds(1))
        .reconnectCap(reconnectCap)
        .build();
  }

  /** Options of a Java process that set T and L. */
  public static List<String> periods(Duration commandTimeout, Duration lease) {
    return List.of(
        "-D" + TIMEOUT_PROPERTY + "=" + commandTimeout.toMillis(),
        "-D" + LEASE_PROPERTY + "=" + lease.toMillis());
  }

  /**
   * Arguments: uri, namespace, queue, concurrency, directory of the history, and any number of
   * {@link WorkerSettings}.
   */
  public static void main(String[] args) throws InterruptedException {
    History history = new History(Path.of(args[4]));
    String pid = "pid=" + ProcessHandle.current().pid() + " ";
    Runtime.getRuntime().addShutdownHook(new Thread(() -> history.add("ENDS", 0, pid)));
    WorkerSettings settings =
        WorkerSettings.of(Arrays.asList(args).subList(LEADING_ARGUMENTS, args.length));
    Witness witness = new Witness(history);
    Holdfast holdfast =
        Holdfast.on(
            RedisEngine.connect(
                options(args[0], args[1], settings.commandTimeout(), settings.reconnectCap())),
            HoldfastOptions.builder().meters(settings.witness() ? witness : Meters.NONE).build());
    WorkHandler handler = new WorkHandler(history);
    Worker worker =
        Worker.on(holdfast)
            .handler(handler, settings.handler())
            .handler(Report.class, (report, context) -> handler.handle(report.work(), context))
            .queue(args[2], Integer.parseInt(args[3]))
            .options(settings.worker())
            .start();
    if (settings.witness()) {
      witness.watch(worker);
    }
    history.add("READY", 0, pid);
    // Until SIGTERM, which closes the worker, or SIGKILL, which does not.
    new CountDownLatch(1).await();
  }
}
