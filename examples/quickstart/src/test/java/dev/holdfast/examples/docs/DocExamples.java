package dev.holdfast.examples.docs;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobType;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.Priority;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.StateReason;
import dev.holdfast.metrics.MeterOptions;
import dev.holdfast.metrics.MicrometerMeters;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerFactory;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.QueueOrder;
import dev.holdfast.worker.WorkerHealth;
import dev.holdfast.worker.WorkerOptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The code that the README and the pages under {@code docs} show, between {@code // tag::} and
 * {@code // end::}. {@code DocsTest} compares; {@code DocExamplesIT} runs the first job.
 */
final class DocExamples {
  private DocExamples() {}

  // tag::payload[]
  @JobType(value = "mail.welcome", queue = "mail")
  public record SendWelcome(long userId, String locale) {}

  // end::payload[]

  /** Sends mail. */
  @FunctionalInterface
  interface Mailer {
    /** Sends one; the key lets the mail service drop a second one of the same job. */
    void welcome(long userId, String locale, String key) throws IOException;
  }

  // tag::handler[]
  @HandlesJob(maxAttempts = 5, timeout = "PT2M")
  public static final class SendWelcomeHandler implements JobHandler<SendWelcome> {
    private final Mailer mailer;

    public SendWelcomeHandler(Mailer mailer) {
      this.mailer = mailer;
    }

    @Override
    public void handle(SendWelcome job, JobContext context) throws Exception {
      mailer.welcome(job.userId(), job.locale(), context.id().toString());
    }
  }

  // end::handler[]

  /** What an application does while it runs. */
  @FunctionalInterface
  interface Application {
    /** Runs until the application ends. */
    void run(JobId welcome);
  }

  static void firstJob(String redisUrl, Mailer mailer, Application application) {
    // tag::first-job[]
    try (Holdfast holdfast = Holdfast.on(RedisEngine.connect(redisUrl));
        Worker worker =
            Worker.on(holdfast).handler(new SendWelcomeHandler(mailer)).queue("mail", 20).start()) {
      Enqueued enqueued = holdfast.enqueue(new SendWelcome(7, "fr"));
      application.run(enqueued.id()); // yours, until it ends
    }
    // end::first-job[]
  }

  static void handlers(Holdfast holdfast, Mailer mailer, HandlerFactory container) {
    // tag::lambda[]
    Worker.on(holdfast)
        .handler(SendWelcome.class, (job, context) -> mailer.welcome(job.userId(), "en", "x"))
        .start();
    // end::lambda[]

    // tag::factory[]
    Worker.on(holdfast).factory(container).handlerClass(SendWelcomeHandler.class).start();
    // end::factory[]

    // tag::handler-options[]
    HandlerOptions patient =
        HandlerOptions.builder()
            .retryPolicy(RetryPolicy.patient())
            .timeout(Duration.ofSeconds(30))
            .concurrency(4)
            .exceptionRule(ExceptionRule.retry(HttpTimeoutException.class))
            .exceptionRule(ExceptionRule.nonRetriable(IOException.class))
            .build();
    Worker.on(holdfast).handler(new SendWelcomeHandler(mailer), patient).start();
    // end::handler-options[]

    // tag::queues[]
    Worker.on(holdfast)
        .handler(new SendWelcomeHandler(mailer))
        .queue("mail", 20) // 20 slots of its own
        .queues(8, QueueOrder.strict("urgent", "default")) // 8 shared slots, urgent first
        .queues(8, QueueOrder.weighted(Map.of("reports", 3, "cleanup", 1))) // 8 shared, 3 to 1
        .start();
    // end::queues[]
  }

  /** An invoice to render. */
  @JobType("invoice.render")
  record RenderInvoice(long orderId) {}

  /** Where an invoice is. */
  record Invoice(String file) {}

  // tag::result[]
  static final class RenderHandler implements ResultHandler<RenderInvoice, Invoice> {
    @Override
    public Invoice handle(RenderInvoice job, JobContext context) {
      return new Invoice("invoice-" + job.orderId() + ".pdf");
    }
  }

  // end::result[]

  /** An import of many rows. */
  @JobType("rows.import")
  record ImportRows(int rows) {}

  /** A table that remembers the highest token it has seen. */
  interface Table {
    /** Writes a row unless a higher token has written it. */
    void write(int row, long fencingToken);

    /** Whether the supplier is closed. */
    boolean closed();
  }

  static JobHandler<ImportRows> importer(Table table) {
    // tag::checkpoint[]
    JobHandler<ImportRows> importer =
        (job, context) -> {
          int next = context.checkpoint(Integer.class).orElse(0);
          for (int row = next; row < job.rows(); row++) {
            if (context.cancelled() || context.leaseLost()) {
              throw new InterruptedException("asked to stop");
            }
            table.write(row, context.fencingToken());
            if (row % 1_000 == 999) {
              context.checkpoint(row + 1);
              context.progress((double) row / job.rows(), row + " rows");
            }
          }
        };
    // end::checkpoint[]
    return importer;
  }

  static JobHandler<ImportRows> verbs(Table table) {
    // tag::verbs[]
    JobHandler<ImportRows> handler =
        (job, context) -> {
          if (job.rows() == 0) {
            throw context.discard("nothing to import");
          }
          if (table.closed()) {
            throw context.snooze(Duration.ofMinutes(10));
          }
        };
    // end::verbs[]
    return handler;
  }

  static void enqueue(Holdfast holdfast, String requestId, List<SendWelcome> jobs) {
    // tag::enqueue-options[]
    holdfast.enqueue(
        new SendWelcome(7, "fr"),
        EnqueueOptions.in(Duration.ofHours(24))
            .idempotencyKey("welcome:7")
            .priority(Priority.HIGH)
            .correlationId(requestId));
    // end::enqueue-options[]

    // tag::enqueue-retry[]
    SendWelcome job = new SendWelcome(7, "fr");
    try {
      holdfast.enqueue(job);
    } catch (OutcomeUnknownException e) {
      holdfast.enqueue(job, EnqueueOptions.retryOf(e.id())); // never makes a second job
    } catch (EngineUnavailableException e) {
      throw e; // nothing was written: the job is still yours to keep
    }
    // end::enqueue-retry[]

    // tag::enqueue-all[]
    List<EnqueueResult> results = holdfast.enqueueAll(jobs);
    long safe =
        results.stream()
            .filter(result -> result.match(enqueued -> true, rejected -> false, unknown -> false))
            .count();
    // end::enqueue-all[]
    if (safe < jobs.size()) {
      throw new IllegalStateException("some jobs were not enqueued");
    }
  }

  static boolean look(Holdfast holdfast, JobId id) {
    // tag::look[]
    boolean done = holdfast.status(id).map(job -> job.state() == JobState.SUCCEEDED).orElse(false);
    String file = holdfast.result(id, Invoice.class).map(Invoice::file).orElse("none yet");
    holdfast.cancel(id);
    // end::look[]
    return done && !file.isEmpty();
  }

  static void deadLetters(Holdfast holdfast) {
    // tag::dead-letters[]
    DeadLetterQueue dead = holdfast.deadLetters("mail");
    for (DeadLetter letter : dead.list(null, 50).items()) {
      System.out.println(letter.id() + " " + letter.reason() + " " + letter.lastAttempt());
    }
    dead.redriveAll(DeadLetterFilter.ofReason(StateReason.EXHAUSTED), 50); // 50 a second
    // end::dead-letters[]
  }

  static WorkerHealth options(Holdfast holdfast, SendWelcomeHandler handler) {
    // tag::long-leases[]
    WorkerOptions options =
        WorkerOptions.builder()
            .lease(Duration.ofMinutes(2))
            .extendPeriod(Duration.ofSeconds(30))
            .drainGrace(Duration.ofSeconds(20))
            .build();
    // end::long-leases[]

    // tag::health[]
    Worker worker = Worker.on(holdfast).handler(handler).options(options).start();
    WorkerHealth health = worker.health();
    boolean healthy = health.status() != WorkerHealth.Status.DOWN;
    // end::health[]
    return healthy ? health : worker.health();
  }

  static Holdfast strict(String redisUrl) {
    // tag::strict[]
    RedisOptions options =
        RedisOptions.builder(redisUrl).namespace("shop-production").strict(true).build();
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(options));
    // end::strict[]
    return holdfast;
  }

  static HoldfastOptions meters(MeterRegistry registry) {
    // tag::meters[]
    MicrometerMeters meters =
        MicrometerMeters.on(registry, MeterOptions.defaults().withHistogram());
    HoldfastOptions options = HoldfastOptions.builder().meters(meters).build();
    // end::meters[]
    return options;
  }
}
