package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Workers in processes of their own, in a run without faults; with faults see the package {@code
 * faults}.
 */
@Isolated("keeps the machine busy")
class WorkerProcessIT {
  private static final Duration LONG = Duration.ofSeconds(30);

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

  private WorkerProcess worker(int concurrency) {
    long ready = history.count("READY");
    WorkerProcess worker = WorkerProcess.start(uri, namespace, "work", concurrency, history);
    started.add(worker);
    await("the worker is ready")
        .atMost(LONG)
        .failFast("the worker has ended", () -> !worker.isAlive())
        .until(() -> history.count("READY") > ready);
    return worker;
  }

  private JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  @Test
  void ten_thousand_jobs_of_eight_threads_succeed_exactly_once_in_two_processes()
      throws InterruptedException {
    worker(20);
    worker(20);
    ConcurrentLinkedQueue<JobId> ids = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(8);
    for (int t = 0; t < 8; t++) {
      int from = t * 1_250;
      new Thread(
              () -> {
                try {
                  for (int n = from; n < from + 1_250; n++) {
                    Enqueued enqueued = holdfast.enqueue(new Work(n, "ok"));
                    assertThat(enqueued.created()).isTrue();
                    ids.add(enqueued.id());
                  }
                } finally {
                  done.countDown();
                }
              })
          .start();
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(ids).hasSize(10_000);
    await("all have succeeded")
        .atMost(Duration.ofSeconds(60))
        .until(() -> holdfast.queue("work").stats().done() == 10_000);

    List<String> ends = history.lines().stream().filter(l -> l.startsWith("END ")).toList();
    assertThat(ends).hasSize(10_000).doesNotHaveDuplicates();
    assertThat(ids.stream().filter(id -> status(id).state() != JobState.SUCCEEDED).toList())
        .isEmpty();
    assertThat(ids.stream().filter(id -> status(id).counters().claims() != 1).toList()).isEmpty();
  }

  @Test
  void an_enqueued_list_arrives_whole_in_order() {
    List<Work> list = IntStream.range(0, 250).mapToObj(n -> new Work(n, "ok")).toList();
    List<EnqueueResult> results =
        holdfast.enqueueAll(list, EnqueueOptions.defaults().correlationId("list-1"));
    assertThat(results).allMatch(r -> r instanceof Enqueued e && e.created());
    worker(1);
    await().atMost(LONG).until(() -> holdfast.queue("work").stats().done() == 250);
    List<String> ends = history.lines().stream().filter(l -> l.startsWith("END ")).toList();
    assertThat(ends)
        .containsExactlyElementsOf(
            IntStream.range(0, 250).mapToObj(n -> "END " + n + " lost=false").toList());
  }
}
