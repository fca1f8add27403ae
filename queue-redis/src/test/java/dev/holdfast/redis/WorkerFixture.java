package dev.holdfast.redis;

import static org.awaitility.Awaitility.await;

import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.testkit.FaultyEngine;
import dev.holdfast.testkit.redis.RedisServer;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Holdfast in a namespace of its own, and workers in this process that end with the test. */
abstract class WorkerFixture {
  static final Duration SOON = Duration.ofSeconds(10);

  static final RetryPolicy QUICK =
      RetryPolicy.exponential(3, Duration.ofMillis(5), Duration.ofMillis(20));
  static final HandlerOptions QUICKLY = HandlerOptions.builder().retryPolicy(QUICK).build();

  @JobType(value = "mail.welcome", queue = "mail")
  record Mail(int number) {}

  @JobType(value = "sum", queue = "mail")
  record Sum(int a, int b) {}

  final String namespace = "it-" + UUID.randomUUID();
  private final List<Worker> workers = new ArrayList<>();
  Holdfast holdfast;

  @BeforeEach
  void open() {
    holdfast = open(HoldfastOptions.defaults());
  }

  Holdfast open(HoldfastOptions options) {
    RedisEngine engine =
        RedisEngine.connect(WorkerMain.options(RedisServer.shared().uri(), namespace));
    return Holdfast.on(FaultyEngine.ifAsked(engine), options);
  }

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    holdfast.close();
  }

  WorkerOptions.Builder options() {
    return WorkerMain.shortLeases().drainGrace(Duration.ofMillis(500));
  }

  Worker start(Worker.Builder builder) {
    return start(builder, options().build());
  }

  Worker start(Worker.Builder builder, WorkerOptions options) {
    Worker worker = builder.options(options).start();
    workers.add(worker);
    return worker;
  }

  JobStatus status(JobId id) {
    return holdfast.status(id).orElseThrow();
  }

  JobStatus awaitState(JobId id, JobState state) {
    await("job " + id + " is " + state)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> status(id).state() == state);
    return status(id);
  }

  /** A worker with four slots for mail, quick to retry. */
  Worker on(JobHandler<Mail> handler) {
    return on(QUICKLY, handler);
  }

  Worker on(HandlerOptions handlerOptions, JobHandler<Mail> handler) {
    return start(Worker.on(holdfast).handler(Mail.class, handlerOptions, handler).queue("mail", 4));
  }

  JobId enqueue(int number) {
    return holdfast.enqueue(new Mail(number)).id();
  }
}
