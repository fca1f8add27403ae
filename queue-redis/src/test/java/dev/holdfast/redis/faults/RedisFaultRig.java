package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.QueueStats;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.StoredQueue;
import dev.holdfast.redis.WorkHandler;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.testkit.redis.RedisServerOptions;
import dev.holdfast.testkit.redis.RedisServerOptions.Fsync;
import dev.holdfast.testkit.redis.RespClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** What the rows that break Redis itself have at hand besides. */
abstract class RedisFaultRig extends FaultRig {
  static final QueueRef WORK = QueueRef.of("work");

  /** T here: short, because some faults last several of it. */
  static final Duration SHORT_COMMAND = Duration.ofSeconds(1);

  /** H + 1 s: nothing is reaped for so long after an outage. */
  static final Duration GRACE = EXTEND.plusSeconds(1);

  /**
   * Redis keeps its files in memory, where there is such a directory. While an fsync lags it holds
   * back what it writes for up to two seconds, and a kill then loses acknowledged writes: that is
   * the disk's fault, and none of these rows'.
   */
  static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws Exception {
      Path shared = Path.of("/dev/shm");
      return Files.isDirectory(shared) && Files.isWritable(shared)
          ? Files.createTempDirectory(shared, "holdfast-faults-")
          : Files.createTempDirectory("holdfast-faults-");
    }
  }

  @TempDir(factory = InMemory.class)
  private Path memory;

  /** The numbers below are the test's own. */
  private int firstOfLoad;

  @Override
  RedisServerOptions redisOptions() {
    RedisServerOptions.Builder options =
        RedisServerOptions.builder().appendOnly(Fsync.EVERYSEC).dataDirectory(memory);
    configure(options);
    return options.build();
  }

  /** The data directory of Redis. */
  final Path memory() {
    return memory;
  }

  /** Where a class adds settings of Redis. */
  void configure(RedisServerOptions.Builder options) {}

  /** A worker process with a short T, ready to claim. */
  final WorkerProcess hastyWorker(int concurrency) {
    return workerWith(WorkerMain.periods(SHORT_COMMAND, LEASE), Map.of(), concurrency);
  }

  /** A worker process with options of its JVM and variables of its environment, ready to claim. */
  final WorkerProcess workerWith(
      List<String> options, Map<String, String> environment, int concurrency) {
    long ready = history.count("READY");
    WorkerProcess worker =
        closing(
            WorkerProcess.start(
                options,
                environment,
                WorkerMain.class,
                history,
                redis.uri(),
                NAMESPACE,
                "work",
                Integer.toString(concurrency),
                history.directory().toString()));
    await("the worker is ready")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .failFast("the worker has ended", () -> !worker.isAlive())
        .until(() -> history.count("READY") > ready);
    return worker;
  }

  /** A worker in this process, where its health can be read. */
  final Worker workerHere(int concurrency) {
    return workerHere(concurrency, LEASE);
  }

  /** As {@link #workerHere(int)}, with another lease. */
  final Worker workerHere(int concurrency, Duration lease) {
    Holdfast own =
        closing(
            Holdfast.on(
                RedisEngine.connect(
                    WorkerMain.options(redis.uri(), NAMESPACE, SHORT_COMMAND, RECONNECT))));
    return closing(
        Worker.on(own)
            .handler(new WorkHandler(history))
            .queue("work", concurrency)
            .options(WorkerMain.leases(lease).build())
            .start());
  }

  /** Enqueues by several threads, some 100 jobs a second each at most, until it is stopped. */
  final Load load(int threads) {
    firstOfLoad += 100_000;
    return closing(Load.start(holdfast, firstOfLoad, threads, "busy", Duration.ofMillis(10)));
  }

  /** As {@link #load}, by callers who wait for 30 s: none is refused because the fault is long. */
  final Load patientLoad(int threads) {
    Holdfast patient =
        closing(
            Holdfast.on(
                RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)),
                HoldfastOptions.builder().enqueueDeadline(LONG).build()));
    firstOfLoad += 100_000;
    return closing(Load.start(patient, firstOfLoad, threads, "busy", Duration.ofMillis(10)));
  }

  /** Sends Redis one command, on a connection of its own. */
  final @Nullable Object command(String... parts) {
    try (RespClient client = RespClient.connect(redis.uri(), LONG)) {
      return client.command(parts);
    }
  }

  /** A number that Redis keeps. */
  final long number(String... parts) {
    Object answer = command(parts);
    return answer == null ? 0 : Long.parseLong(answer.toString());
  }

  /** A value of one section of INFO. */
  final String info(String section, String field) {
    try (RespClient client = RespClient.connect(redis.uri(), LONG)) {
      return client.info(section).getOrDefault(field, "");
    }
  }

  /** The name of a key of queue "work". */
  static String key(String name) {
    return NAMESPACE + ":{work}:" + name;
  }

  /** The fault goes on for so long; this is its length, not a wait for something. */
  static void lasts(Duration length) {
    try {
      boolean never = new CountDownLatch(1).await(length.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(never).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until leases have been reaped for so long from now on, by the clock of Redis. */
  final void awaitReapsFor(Duration length) {
    long target = redisMillis() + length.toMillis();
    await("leases are reaped")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> number("HGET", key("meta"), "last_reap") >= target);
  }

  /** What time it is by the clock of Redis, in epoch ms. */
  final long redisMillis() {
    List<?> time = (List<?>) command("TIME");
    return Long.parseLong(String.valueOf(time.get(0))) * 1_000
        + Long.parseLong(String.valueOf(time.get(1))) / 1_000;
  }

  /** Waits until the connection that enqueues and looks is there again. */
  final void awaitReconnected() {
    await("the test is connected again")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(10))
        .ignoreExceptions()
        .until(() -> holdfast.queue("work").stats() != null);
  }

  /** Waits until nothing is ready, scheduled or active any more. */
  final void awaitDrained() {
    await("the queue is drained")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(
            () -> {
              QueueStats stats = holdfast.queue("work").stats();
              return stats.ready() + stats.scheduled() + stats.active() == 0;
            });
  }

  /** How often each job began, by its number. */
  final Map<Integer, Integer> begins() {
    Map<Integer, Integer> begins = new HashMap<>();
    for (String line : history.lines()) {
      if (line.startsWith("BEGIN ")) {
        begins.merge(Integer.parseInt(line.split(" ", 3)[1]), 1, Integer::sum);
      }
    }
    return begins;
  }

  /** The first jobs of a load. */
  static List<Integer> numbers(Load load, int most) {
    return load.acknowledged().stream().limit(most).map(Load.Acknowledged::number).toList();
  }

  /** Every acknowledged job has succeeded and has run once; what may have arrived, once at most. */
  final void assertEachRanOnce(Load load) {
    assertThat(load.unexpected()).isEmpty();
    Map<Integer, Integer> begins = begins();
    assertThat(load.acknowledged())
        .allSatisfy(
            job -> {
              assertThat(begins.get(job.number())).as("runs of job " + job.number()).isEqualTo(1);
              assertThat(status(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
            });
    assertThat(load.unknown())
        .allSatisfy(number -> assertThat(begins.getOrDefault(number, 0)).isLessThanOrEqualTo(1));
  }

  /** What is stored agrees with itself. Only while nobody writes. */
  final void assertConsistent() {
    try (RespClient client = RespClient.connect(redis.uri(), LONG)) {
      StoredQueue.read(client, NAMESPACE, WORK).verify();
    }
  }

  /** The job was claimed once, and nobody found its lease ended. */
  final void assertNotRunAgain(JobId id) {
    assertThat(status(id).counters().claims()).as("claims of " + id).isEqualTo(1);
    assertThat(status(id).counters().crashes()).as("crashes of " + id).isZero();
  }
}
