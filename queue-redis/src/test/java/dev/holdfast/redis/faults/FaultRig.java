package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.redis.History;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.ScriptNames;
import dev.holdfast.redis.StoredQueue;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisCommand;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import dev.holdfast.testkit.redis.RespClient;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a row of the matrix has at hand: a Redis of its own that keeps an append-only file, worker
 * processes with short leases, the history their handlers write, and a {@link Holdfast} that
 * enqueues and looks without passing through what is broken.
 */
abstract class FaultRig {
  static final Duration LEASE = Duration.ofSeconds(2);
  static final Duration EXTEND = Duration.ofMillis(600);
  static final Duration REAP = Duration.ofMillis(500);
  static final Duration JITTER = Duration.ofMillis(100);
  static final Duration BLOCK = Duration.ofMillis(500);

  /** C. */
  static final Duration RECONNECT = WorkerMain.RECONNECT_CAP;

  /** T. */
  static final Duration COMMAND = Duration.ofSeconds(3);

  /** L + R + J + B: until a job whose worker has gone runs again. */
  static final Duration RECOVERY = LEASE.plus(REAP).plus(JITTER).plus(BLOCK);

  /** For what has no bound of its own. */
  static final Duration LONG = Duration.ofSeconds(60);

  /** True if rows of fixed length run at that length: {@code -Dholdfast.faults=full}. */
  static final boolean FULL = "full".equals(System.getProperty("holdfast.faults"));

  static final String NAMESPACE = "faults";

  /** What the keys of queue "work" begin with. */
  private static final String QUEUE = NAMESPACE + ":{work}:";

  @TempDir private Path directory;
  private final List<AutoCloseable> opened = new ArrayList<>();
  History history;
  RedisProcess redis;
  Holdfast holdfast;

  /** The Redis of each test; a row that needs another overrides this. */
  RedisServerOptions redisOptions() {
    return RedisServerOptions.builder().appendOnly(Fsync.EVERYSEC).build();
  }

  @BeforeEach
  void open() {
    history = new History(directory);
    redis = closing(RedisServer.start(redisOptions()));
    holdfast = connect(redis.uri());
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  /** Closes it after the test; what was opened last is closed first. */
  final <T extends AutoCloseable> T closing(T resource) {
    opened.add(resource);
    return resource;
  }

  final Path directory() {
    return directory;
  }

  final Holdfast connect(String uri) {
    return closing(Holdfast.on(RedisEngine.connect(WorkerMain.options(uri, NAMESPACE))));
  }

  /** A worker process on queue "work", ready to claim, with settings of its own if any. */
  final WorkerProcess worker(int concurrency, String... settings) {
    return worker(redis.uri(), concurrency, settings);
  }

  /** As {@link #worker(int, String...)}, through a proxy. */
  final WorkerProcess worker(String uri, int concurrency, String... settings) {
    return awaitReady(starting(uri, concurrency, settings));
  }

  /** Worker processes that start side by side, all ready to claim. */
  final List<WorkerProcess> workers(int count, int concurrency, String... settings) {
    List<WorkerProcess> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      workers.add(starting(redis.uri(), concurrency, settings));
    }
    workers.forEach(this::awaitReady);
    return workers;
  }

  /** A worker process that is not waited for. Its witness writes into the history. */
  final WorkerProcess starting(String uri, int concurrency, String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = "witness=true";
    return closing(WorkerProcess.start(uri, NAMESPACE, "work", concurrency, history, all));
  }

  /** Several at once take long on a machine that has much else to do. */
  final WorkerProcess awaitReady(WorkerProcess worker) {
    await("the worker is ready")
        .atMost(LONG.multipliedBy(3))
        .pollInterval(Duration.ofMillis(10))
        .failFast(() -> assertThat(worker.isAlive()).as(worker.output()).isTrue())
        .until(() -> count("READY", worker) > 0);
    return worker;
  }

  /** How many events of a process are in the history, whatever their job. */
  final long count(String event, WorkerProcess worker) {
    return history.count(event, "pid=" + worker.pid() + " ");
  }

  /** How many outcomes a process was answered so: "succeeded", "refused", "failed" and so on. */
  final long answered(WorkerProcess worker, String outcome) {
    return history.count("ANSWERED", "pid=" + worker.pid() + " outcome=" + outcome);
  }

  /** Which of the processes runs this job, whose handler began once. */
  final WorkerProcess holder(int number, List<WorkerProcess> workers) {
    awaitEvent("BEGIN", number, 1);
    return workers.stream()
        .filter(each -> history.count("BEGIN", number + " pid=" + each.pid() + " ") == 1)
        .findFirst()
        .orElseThrow();
  }

  /** A proxy before the Redis of the test. */
  final RedisProxy proxy() {
    return closing(RedisProxy.before(redis));
  }

  /** Picks turns that carry a success. */
  static Predicate<RedisCommand> acks() {
    return ScriptNames.calls("turn").and(turn -> turn.arguments().contains("ok"));
  }

  final JobId enqueue(int number, String mode) {
    return holdfast.enqueue(new Work(number, mode)).id();
  }

  final JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  final boolean is(JobId id, JobState state) {
    return status(id).state() == state;
  }

  final void awaitState(JobId id, JobState state) {
    await("job " + id + " is " + state)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> is(id, state));
  }

  /** Waits until handlers wrote the event for the job at least so often. */
  final void awaitEvent(String event, int number, long count) {
    await(event + " " + number)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> history.count(event, number) >= count);
  }

  /** Waits for what has no bound of its own. */
  static void awaitThat(String what, BooleanSupplier holds) {
    await(what).atMost(LONG).pollInterval(Duration.ofMillis(10)).until(holds::getAsBoolean);
  }

  /**
   * Waits for jobs to run again, from now on, within {@link #RECOVERY}. On a machine with more than
   * twice as much to do as it has processors a worker may reap so late that it takes the gap for an
   * outage: then the bound counts from the end of the grace, and the figures say so.
   */
  final void recovers(Observed observed, String what, BooleanSupplier recovered) {
    recovers(observed, System.nanoTime(), what, recovered);
  }

  /** As above, counted from a nanoTime of a moment ago. */
  final void recovers(Observed observed, long start, String what, BooleanSupplier recovered) {
    recovers(observed, start, LEASE, isBusy(), what, recovered);
  }

  /**
   * Waits for jobs to run again after nobody had reaped for long, from now on: R + J + B after the
   * grace that this opens, and after their leases.
   *
   * @param left what the leases have left now, at most
   */
  final void recoversAfterOutage(
      Observed observed, Duration left, String what, BooleanSupplier recovered) {
    recovers(observed, System.nanoTime(), left, true, what, recovered);
  }

  private void recovers(
      Observed observed,
      long start,
      Duration left,
      boolean mayGrace,
      String what,
      BooleanSupplier recovered) {
    long startMs = now() - Duration.ofNanos(System.nanoTime() - start).toMillis();
    await(what)
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(recovered::getAsBoolean);
    Duration seen = Duration.ofNanos(System.nanoTime() - start);
    Duration reapable = left;
    Duration grace = Duration.ofMillis(mark("grace_until") - startMs);
    if (grace.compareTo(left) > 0) {
      observed.figure("a grace was open");
      reapable = mayGrace ? grace : left;
    }
    observed.took(seen, reapable.plus(REAP).plus(JITTER).plus(BLOCK), what);
  }

  /** Whether there is more than twice as much to do as there are processors. */
  static boolean isBusy() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load > 2 * Runtime.getRuntime().availableProcessors();
  }

  /** Redis's clock in ms. */
  final long now() {
    try (RespClient raw = redis.connect()) {
      List<?> time = (List<?>) Objects.requireNonNull(raw.command("TIME"));
      return Long.parseLong(String.valueOf(time.get(0))) * 1_000
          + Long.parseLong(String.valueOf(time.get(1))) / 1_000;
    }
  }

  /** An instant that queue "work" keeps, in ms of Redis's clock; 0 if it keeps none. */
  final long mark(String field) {
    try (RespClient raw = redis.connect()) {
      Object kept = raw.command("HGET", QUEUE + "meta", field);
      return kept == null ? 0 : Long.parseLong(String.valueOf(kept));
    }
  }

  /** When the lease of an active job ends, in ms of Redis's clock. */
  final long leaseEnd(JobId id) {
    try (RespClient raw = redis.connect()) {
      return Long.parseLong(String.valueOf(raw.command("ZSCORE", QUEUE + "leases", id.key())));
    }
  }

  /** How many leases end at this instant or before, in ms of Redis's clock. */
  final long leasesUntil(long end) {
    try (RespClient raw = redis.connect()) {
      return Long.parseLong(raw.text("ZCOUNT", QUEUE + "leases", "-inf", Long.toString(end)));
    }
  }

  /** What is stored in queue "work", read raw; it must not contradict itself. */
  final StoredQueue verifyStored() {
    try (RespClient raw = redis.connect()) {
      StoredQueue stored = StoredQueue.read(raw, NAMESPACE, QueueRef.of("work"));
      stored.verify();
      return stored;
    }
  }
}
