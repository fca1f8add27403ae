package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.testkit.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Batches in worker processes, on a real Redis. */
@Isolated("keeps the machine busy")
class BatchProcessIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final String namespace = "it-" + UUID.randomUUID();
  private final List<WorkerProcess> started = new ArrayList<>();
  private final String uri = RedisServer.shared().uri();
  @TempDir private Path directory;
  private History history;
  private Holdfast holdfast;

  @BeforeEach
  void open() {
    history = new History(directory);
    holdfast = Holdfast.on(RedisEngine.connect(WorkerMain.options(uri, namespace)));
  }

  @AfterEach
  void close() {
    started.forEach(WorkerProcess::close);
    holdfast.close();
  }

  private WorkerProcess worker(int slots, int maxItems) {
    long ready = history.count("READY");
    WorkerProcess worker =
        WorkerProcess.start(
            BatchWorkerMain.class,
            history,
            uri,
            namespace,
            "work",
            Integer.toString(slots),
            directory.toString(),
            Integer.toString(maxItems));
    started.add(worker);
    await("the worker is ready")
        .atMost(LONG)
        .failFast("the worker has ended", () -> !worker.isAlive())
        .until(() -> history.count("READY") > ready);
    return worker;
  }

  private List<JobId> enqueue(int from, int to, String mode) {
    return holdfast
        .enqueueAll(IntStream.range(from, to).mapToObj(n -> new Work(n, mode)).toList())
        .stream()
        .map(result -> ((Enqueued) result).id())
        .toList();
  }

  private JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  private void awaitDone(int jobs) {
    await("all have ended").atMost(LONG).until(() -> holdfast.queue("work").stats().done() == jobs);
  }

  @Test
  void ten_thousand_jobs_succeed_exactly_once_in_batches_of_two_processes() {
    worker(200, 100);
    worker(200, 100);
    List<JobId> ids = new ArrayList<>();
    for (int from = 0; from < 10_000; from += 1_000) {
      ids.addAll(enqueue(from, from + 1_000, "ok"));
    }

    awaitDone(10_000);

    List<String> ends = history.lines().stream().filter(l -> l.startsWith("END ")).toList();
    assertThat(ends).hasSize(10_000).doesNotHaveDuplicates();
    assertThat(ids.stream().map(this::status))
        .allMatch(s -> s.state() == JobState.SUCCEEDED && s.counters().claims() == 1);
    assertThat(history.count("BATCH")).isLessThan(5_000);
    assertThat(
            history.lines().stream().filter(l -> l.startsWith("BATCH ")).map(BatchProcessIT::size))
        .allMatch(size -> size >= 1 && size <= 100);
  }

  private static int size(String line) {
    return Integer.parseInt(line.split(" ")[1]);
  }

  @Test
  void a_worker_killed_in_the_middle_of_a_batch_loses_none_of_its_jobs() {
    List<JobId> ids = new ArrayList<>(enqueue(0, 10, "ok"));
    ids.addAll(enqueue(10, 11, "hang-once"));
    ids.addAll(enqueue(11, 20, "ok"));
    WorkerProcess first = worker(20, 20);
    await("the batch has got to the job that hangs")
        .atMost(LONG)
        .until(() -> history.count("BEGIN", 10) == 1);
    assertThat(history.count("BEGIN")).isGreaterThan(1);
    long ended = history.count("END");

    first.signal("KILL");
    assertThat(holdfast.queue("work").stats().done()).isEqualTo(ended);
    worker(20, 20);
    awaitDone(20);

    for (int n = 0; n < 20; n++) {
      JobStatus status = status(ids.get(n));
      assertThat(status.state()).isEqualTo(JobState.SUCCEEDED);
      assertThat(status.counters().failures()).isZero();
      // Whatever had begun was to be written with the end of the call, and runs again.
      assertThat(history.count("END", n)).isOne();
      assertThat(history.count("BEGIN", n)).isBetween(1L, 2L);
    }
    assertThat(status(ids.get(10)).counters().crashes()).isOne();
  }
}
