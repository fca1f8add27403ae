package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.StateReason;
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

/** Worker processes that are killed, stopped, continued and asked to end, for real. */
@Isolated("measures the recovery bound")
class WorkerProcessIT {
  /** L + R + J + B of {@link WorkerMain#shortLeases()}, and a second for a small machine. */
  private static final Duration RECOVERY = Duration.ofMillis(2_000 + 500 + 100 + 500 + 1_000);

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

  private void awaitState(JobId id, JobState state, Duration most) {
    await("job " + id + " is " + state)
        .atMost(most)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> status(id).state() == state);
  }

  private void awaitEvent(String event, int number, long count, Duration most) {
    await(event + " " + number)
        .atMost(most)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> history.count(event, number) >= count);
  }

  @Test
  void a_job_of_a_killed_worker_runs_again_within_the_recovery_bound_and_is_acked_once() {
    WorkerProcess first = worker(4);
    worker(4);
    JobId id = holdfast.enqueue(new Work(1, "gate")).id();
    awaitEvent("BEGIN", 1, 1, LONG);
    WorkerProcess holder =
        history.lines().stream().anyMatch(l -> l.contains("BEGIN 1 pid=" + first.pid() + " "))
            ? first
            : started.get(1);

    holder.signal("KILL");
    awaitEvent("BEGIN", 1, 2, RECOVERY);
    history.openGate(1);
    awaitState(id, JobState.SUCCEEDED, LONG);

    Counters counters = status(id).counters();
    assertThat(counters.failures()).isZero();
    assertThat(counters.claims()).isEqualTo(2);
    assertThat(counters.crashes()).isEqualTo(1);
    assertThat(status(id).history())
        .singleElement()
        .satisfies(crash -> assertThat(crash.failure().type()).isEqualTo("holdfast.crash"));
    assertThat(history.count("END", 1)).isEqualTo(1);
  }

  @Test
  void a_job_that_halts_its_jvm_is_dead_after_three_crashes_and_takes_no_other_along()
      throws InterruptedException {
    List<JobId> others = new ArrayList<>();
    others.add(holdfast.enqueue(new Work(100, "ok")).id());
    JobId poison = holdfast.enqueue(new Work(1, "halt")).id();
    for (int n = 101; n < 120; n++) {
      others.add(holdfast.enqueue(new Work(n, "busy")).id());
    }

    for (int life = 1; life <= 3; life++) {
      WorkerProcess worker = worker(4);
      awaitEvent("BEGIN", 1, life, LONG);
      assertThat(worker.awaitExit(10)).isTrue();
    }
    worker(4);
    awaitState(poison, JobState.DEAD, LONG);
    others.forEach(id -> awaitState(id, JobState.SUCCEEDED, LONG));

    assertThat(history.count("BEGIN", 1)).isEqualTo(3);
    DeadLetter letter = holdfast.deadLetters("work").read(poison).orElseThrow();
    assertThat(letter.reason()).isEqualTo(StateReason.POISON);
    assertThat(letter.counters().failures()).isZero();
    assertThat(letter.history()).hasSize(3);
    assertThat(holdfast.deadLetters("work").size()).isEqualTo(1);
  }

  @Test
  void a_job_that_calls_exit_is_not_waited_for_and_dead_after_three_crashes()
      throws InterruptedException {
    JobId poison = holdfast.enqueue(new Work(1, "exit")).id();

    for (int life = 1; life <= 3; life++) {
      WorkerProcess worker = worker(4);
      awaitEvent("BEGIN", 1, life, LONG);
      assertThat(worker.awaitExit(15)).isTrue();
      assertThat(worker.output()).contains("its handler ends the JVM").contains("drained in");
    }
    worker(4);
    awaitState(poison, JobState.DEAD, LONG);

    assertThat(history.count("BEGIN", 1)).isEqualTo(3);
    assertThat(status(poison).reason()).isEqualTo(StateReason.POISON);
    assertThat(status(poison).counters()).isEqualTo(new Counters(0, 3, 3, 0, 0));
  }

  @Test
  void a_worker_stopped_past_its_lease_has_its_ack_refused_and_learns_it() {
    WorkerProcess first = worker(1);
    JobId id = holdfast.enqueue(new Work(1, "gate")).id();
    awaitEvent("BEGIN", 1, 1, LONG);
    WorkerProcess second = worker(1);

    first.signal("STOP");
    // The second reaps on: no gap that looks like an outage, so no grace either.
    awaitEvent("BEGIN", 1, 2, RECOVERY);
    first.signal("CONT");
    // The first learns that its claim is gone with its next extension, while the second still runs.
    awaitEvent("UNHEEDED", 1, 1, LONG);
    history.openGate(1);
    awaitEvent("END", 1, 2, LONG);
    awaitState(id, JobState.SUCCEEDED, LONG);

    String zombie = "refused";
    await("the first worker says that its outcome was refused")
        .atMost(LONG)
        .until(() -> first.output().contains(zombie));
    assertThat(second.output()).doesNotContain(zombie);
    assertThat(history.lines()).anyMatch(line -> line.equals("END 1 lost=true"));
    assertThat(history.lines()).anyMatch(line -> line.equals("END 1 lost=false"));
    assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 1, 0, 0));
  }

  @Test
  void the_late_ack_of_a_lone_worker_stopped_past_its_lease_is_accepted() {
    WorkerProcess alone = worker(1);
    JobId id = holdfast.enqueue(new Work(1, "gate")).id();
    awaitEvent("BEGIN", 1, 1, LONG);

    alone.signal("STOP");
    // Longer than L and than 2R + J: its lease has ended, and its next reap opens the grace.
    awaitLeaseOver(id);
    alone.signal("CONT");
    history.openGate(1);
    awaitState(id, JobState.SUCCEEDED, LONG);

    assertThat(status(id).counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    assertThat(history.count("BEGIN", 1)).isEqualTo(1);
    assertThat(history.lines()).anyMatch(line -> line.equals("END 1 lost=false"));
  }

  private void awaitLeaseOver(JobId id) {
    long start = System.nanoTime();
    await("the lease of " + id + " is over")
        .atMost(LONG)
        .until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(3_500));
    assertThat(status(id).state()).isEqualTo(JobState.ACTIVE);
  }

  @Test
  void a_worker_asked_to_end_loses_no_job_and_spends_no_attempt() throws InterruptedException {
    WorkerProcess first = worker(4);
    List<JobId> hanging = new ArrayList<>();
    for (int n = 1; n <= 4; n++) {
      hanging.add(holdfast.enqueue(new Work(n, "hang")).id());
    }
    List<JobId> waiting = new ArrayList<>();
    for (int n = 11; n <= 30; n++) {
      waiting.add(holdfast.enqueue(new Work(n, "ok")).id());
    }
    for (int n = 1; n <= 4; n++) {
      awaitEvent("BEGIN", n, 1, LONG);
    }

    first.signal("TERM");
    assertThat(first.awaitExit(15)).as(first.output()).isTrue();

    for (JobId id : hanging) {
      JobStatus status = status(id);
      assertThat(status.state()).isEqualTo(JobState.READY);
      assertThat(status.reason()).isEqualTo(StateReason.RELEASED);
      assertThat(status.counters()).isEqualTo(new Counters(0, 1, 0, 0, 0));
    }
    worker(8);
    waiting.forEach(id -> awaitState(id, JobState.SUCCEEDED, LONG));
    for (JobId id : hanging) {
      awaitState(id, JobState.ACTIVE, LONG);
      assertThat(status(id).counters()).isEqualTo(new Counters(0, 2, 0, 0, 0));
    }
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
