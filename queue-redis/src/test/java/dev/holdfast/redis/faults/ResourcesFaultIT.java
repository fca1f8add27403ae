package dev.holdfast.redis.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.redis.FloodMain;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.Work;
import dev.holdfast.redis.WorkerMain;
import dev.holdfast.redis.WorkerProcess;
import dev.holdfast.testkit.redis.RedisProxy;
import dev.holdfast.testkit.redis.RespClient;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** Rows of what a process holds and what many jobs at once cost. */
@Isolated("counts the threads of this process")
class ResourcesFaultIT extends FaultRig {
  private static final int CYCLES = FULL ? 500 : 25;

  private static int threads() {
    return Thread.getAllStackTraces().size();
  }

  /** What the open files of this process are; none where {@code /proc} does not tell. */
  private static List<String> files() {
    Path open = Path.of("/proc/self/fd");
    List<String> targets = new ArrayList<>();
    try (Stream<Path> all = Files.isDirectory(open) ? Files.list(open) : Stream.empty()) {
      for (Path file : all.toList()) {
        try {
          targets.add(Files.readSymbolicLink(file).toString());
        } catch (IOException closed) {
          // between the listing and the look
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return targets;
  }

  private static long clients(RespClient client) {
    return client.text("CLIENT", "LIST").lines().count();
  }

  private void cycle(int number) {
    try (Holdfast own =
            Holdfast.on(RedisEngine.connect(WorkerMain.options(redis.uri(), NAMESPACE)));
        Worker worker =
            Worker.on(own)
                .handler(Work.class, (work, context) -> {})
                .queue("work", 2)
                .options(WorkerMain.shortLeases().build())
                .start()) {
      JobId id = own.enqueue(new Work(number, "ok")).id();
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> own.status(id).orElseThrow().state() == JobState.SUCCEEDED);
    }
  }

  @Fault(
      row = 60,
      what = "500 cycles of connect, start, one job, close (25 unless run at full length)",
      must = "threads, open files and CLIENT LIST are where they were; no leak is logged")
  void start_and_stop_leak_nothing(Observed observed) {
    ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    Logger leaks = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    seen.start();
    leaks.addAppender(seen);
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    try (RespClient client = redis.connect()) {
      for (int n = 0; n < 5; n++) {
        cycle(n); // classes, shared threads and pools that stay
      }
      int threads = threads();
      List<String> files = files();
      long clients = clients(client);
      for (int n = 0; n < CYCLES; n++) {
        cycle(n);
      }
      await("threads end").atMost(LONG).until(() -> threads() <= threads + 2);
      await("files are closed")
          .atMost(LONG)
          .untilAsserted(
              () -> {
                List<String> now = files();
                assertThat(now.size())
                    .as("open files, before: %s, now: %s", files, now)
                    .isLessThanOrEqualTo(files.size() + 2);
              });
      await("connections are closed").atMost(LONG).until(() -> clients(client) <= clients);
      System.gc();
      assertThat(seen.list).isEmpty();
      observed.figure(
          CYCLES
              + " cycles: threads "
              + threads
              + " to "
              + threads()
              + ", files "
              + files.size()
              + " to "
              + files().size()
              + ", clients "
              + clients
              + " to "
              + clients(client));
    } finally {
      leaks.detachAppender(seen);
      ResourceLeakDetector.setLevel(level);
    }
  }

  @Fault(
      row = 61,
      what = "50,000 async enqueues by a JVM of 128 MB, each message to Redis 10 ms late",
      must = "callers wait for room or are refused with the typed error; the heap does not fill")
  void a_flood_of_enqueues_fills_no_heap(Observed observed) throws InterruptedException {
    RedisProxy proxy = closing(RedisProxy.before(redis));
    proxy.delay(Duration.ofMillis(5), Duration.ZERO);
    WorkerProcess producer =
        closing(
            WorkerProcess.start(
                FloodMain.class, history, proxy.uri(), NAMESPACE, directory().toString()));
    assertThat(producer.awaitExit(90)).as(producer.output()).isTrue();
    int stored = number("STORED");
    int refused = number("REFUSED");
    assertThat(stored + refused).isEqualTo(FloodMain.JOBS);
    assertThat(holdfast.queue("work").stats().ready()).isEqualTo(stored);
    assertThat(producer.output()).doesNotContain("OutOfMemoryError");
    observed.figure(stored + " stored, " + refused + " refused, heap " + number("HEAP") + " MB");
  }

  private int number(String event) {
    return history.lines().stream()
        .filter(line -> line.startsWith(event + " "))
        .mapToInt(line -> Integer.parseInt(line.split(" ", -1)[1]))
        .findFirst()
        .orElseThrow();
  }

  @Fault(
      row = 62,
      what = "10,000 jobs due at one instant",
      must = "made ready in batches; p99 of a script under 5 ms; in order; each runs once")
  void many_jobs_due_at_one_instant(Observed observed) {
    int jobs = 10_000;
    try (RespClient client = redis.connect()) {
      client.command("CONFIG", "SET", "slowlog-log-slower-than", "5000");
      client.command("CONFIG", "SET", "slowlog-max-len", "10000");
      Instant due = InstantSource.system().instant().plusSeconds(5);
      List<Work> list = new ArrayList<>();
      for (int n = 0; n < jobs; n++) {
        list.add(new Work(n, "ok"));
      }
      holdfast.enqueueAll(list, EnqueueOptions.at(due));
      worker(1);
      client.command("SLOWLOG", "RESET");
      client.command("CONFIG", "RESETSTAT");
      await("all have run")
          .atMost(LONG.plusSeconds(30))
          .until(() -> holdfast.queue("work").stats().done() == jobs);

      long slow = (Long) java.util.Objects.requireNonNull(client.command("SLOWLOG", "LEN"));
      long calls =
          client.info("commandstats").entrySet().stream()
              .filter(stat -> stat.getKey().contains("eval"))
              .mapToLong(
                  stat -> Long.parseLong(stat.getValue().replaceAll("calls=(\\d+),.*", "$1")))
              .sum();
      assertThat(slow).isLessThanOrEqualTo(calls / 100);
      observed.figure(slow + " of " + calls + " scripts took 5 ms or more");
    }
    List<Integer> order =
        history.lines().stream()
            .filter(line -> line.startsWith("BEGIN "))
            .map(line -> Integer.parseInt(line.split(" ")[1]))
            .toList();
    List<Integer> sorted = new ArrayList<>(order);
    Collections.sort(sorted);
    assertThat(order).hasSize(jobs).doesNotHaveDuplicates().isEqualTo(sorted);
  }
}
