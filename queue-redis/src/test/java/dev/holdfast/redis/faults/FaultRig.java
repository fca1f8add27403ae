package dev.holdfast.redis.faults;

import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.redis.History;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisProcess;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  static final Duration LONG = Duration.ofSeconds(30);

  /** True if rows of fixed length run at that length: {@code -Dholdfast.faults=full}. */
  static final boolean FULL = "full".equals(System.getProperty("holdfast.faults"));

  static final String NAMESPACE = "faults";

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

  /** A worker process on queue "work", ready to claim. */
  final WorkerProcess worker(int concurrency) {
    return worker(redis.uri(), concurrency);
  }

  /** As {@link #worker(int)}, through a proxy. */
  final WorkerProcess worker(String uri, int concurrency) {
    long ready = history.count("READY");
    WorkerProcess worker =
        closing(WorkerProcess.start(uri, NAMESPACE, "work", concurrency, history));
    await("the worker is ready")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .failFast("the worker has ended", () -> !worker.isAlive())
        .until(() -> history.count("READY") > ready);
    return worker;
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
}
