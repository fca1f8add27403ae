package dev.holdfast.examples.docs;

import dev.holdfast.EnqueueInterceptor;
import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.HoldfastOptions;
import dev.holdfast.JobQueue;
import dev.holdfast.JobRequest;
import dev.holdfast.TransactionBoundary;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterFilter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.IdempotencyConflictException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.JobType;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.job.Page;
import dev.holdfast.job.Priority;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.RetryAfterException;
import dev.holdfast.job.StateReason;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.lock.HeldLock;
import dev.holdfast.lock.LockOptions;
import dev.holdfast.metrics.MeterOptions;
import dev.holdfast.metrics.MicrometerMeters;
import dev.holdfast.redis.RedisEngine;
import dev.holdfast.redis.RedisLock;
import dev.holdfast.redis.RedisOptions;
import dev.holdfast.retry.ExceptionRule;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.AttemptInterceptor;
import dev.holdfast.worker.HandlerFactory;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.QueueOrder;
import dev.holdfast.worker.WorkerHealth;
import dev.holdfast.worker.WorkerOptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

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

  @JobType(value = "index.product", queue = "index")
  record IndexProduct(long id) {}

  static boolean unique(Holdfast holdfast) {
    // tag::unique[]
    Enqueued enqueued =
        holdfast.enqueue(
            new SendWelcome(7, "fr"),
            EnqueueOptions.defaults().unique(Uniqueness.untilFinished("user:7")));
    boolean added = enqueued.created();
    // end::unique[]
    return added;
  }

  static void debounce(Holdfast holdfast) {
    // tag::debounce[]
    holdfast.enqueue(
        new IndexProduct(42),
        EnqueueOptions.defaults()
            .unique(
                Uniqueness.debounce("product:42", Duration.ofSeconds(5), Duration.ofMinutes(1))));
    // end::debounce[]
  }

  static void conflict(Holdfast holdfast) {
    // tag::conflict[]
    EnqueueOptions once =
        EnqueueOptions.defaults().idempotencyKey("welcome:7").requireSamePayload();
    try {
      holdfast.enqueue(new SendWelcome(7, "en"), once);
    } catch (IdempotencyConflictException e) {
      throw new IllegalStateException("another welcome was sent: " + e.existing(), e);
    }
    // end::conflict[]
  }

  static OptionalLong bound(Holdfast holdfast) {
    // tag::bound[]
    JobQueue mail = holdfast.queue("mail");
    mail.changeBound(50_000); // for all producers, at once, without a deploy
    OptionalLong bound = mail.bound(); // empty: each producer's own counts
    mail.clearBound();
    // end::bound[]
    return bound;
  }

  // tag::worker-main[]
  static final class MailWorker {
    public static void main(String[] args) {
      Mailer mailer = (user, locale, key) -> System.out.println("welcome, " + user);
      Holdfast holdfast = Holdfast.on(RedisEngine.connect(System.getenv("REDIS_URL")));
      Worker.on(holdfast).handler(new SendWelcomeHandler(mailer)).queue("mail", 20).start();
      // main ends here; the worker's threads keep the JVM alive, and SIGTERM drains it
    }
  }

  // end::worker-main[]

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

  /** A mail service, and what it answers. */
  @FunctionalInterface
  interface MailApi {
    /** Sends one. */
    Answer welcome(long userId);

    /** An answer over HTTP. */
    record Answer(int status, Duration retryAfter) {}
  }

  static JobHandler<SendWelcome> limited(MailApi api) {
    // tag::retry-after[]
    JobHandler<SendWelcome> handler =
        (job, context) -> {
          MailApi.Answer answer = api.welcome(job.userId());
          if (answer.status() == 429) { // too many requests: not this job's fault
            throw context.snooze(answer.retryAfter());
          }
          if (answer.status() >= 500) { // a failure that says when to come again
            throw new RetryAfterException(
                answer.retryAfter(), "mail service answered " + answer.status(), null);
          }
        };
    // end::retry-after[]
    return handler;
  }

  static void timing(Holdfast holdfast, SendWelcomeHandler handler, MeterRegistry registry) {
    // tag::attempt-interceptor[]
    AttemptInterceptor timing =
        (context, attempt) -> {
          long begun = System.nanoTime();
          String end = "threw";
          try {
            attempt.proceed(); // exactly once
            end = "returned";
          } catch (JobContext.Verb verb) {
            end = verb.getMessage(); // snooze, retryAt, discard or bury: no error
            throw verb;
          } finally {
            registry
                .timer("mail.attempt", "type", context.type(), "end", end)
                .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
          }
        };
    Worker.on(holdfast).handler(handler).interceptor(timing).start();
    // end::attempt-interceptor[]
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

  static boolean once(Holdfast holdfast) {
    // tag::idempotency[]
    Enqueued first =
        holdfast.enqueue(
            new SendWelcome(7, "fr"), EnqueueOptions.defaults().idempotencyKey("welcome:7"));
    Enqueued second =
        holdfast.enqueue(
            new SendWelcome(7, "en"), EnqueueOptions.defaults().idempotencyKey("welcome:7"));
    boolean same = second.id().equals(first.id()) && !second.created(); // "fr" is what is sent
    // end::idempotency[]

    // tag::existing[]
    Optional<JobStatus> status = holdfast.status(second.id());
    boolean ended = status.map(job -> job.state().isFinal()).orElse(true); // no record any more
    // end::existing[]
    return same && ended;
  }

  static List<EnqueueResult> list(Holdfast holdfast) {
    // tag::job-requests[]
    List<JobRequest> requests =
        List.of(
            JobRequest.of(
                new SendWelcome(7, "fr"), EnqueueOptions.defaults().idempotencyKey("welcome:7")),
            JobRequest.of(new SendWelcome(8, "en"), EnqueueOptions.in(Duration.ofHours(1))));
    List<EnqueueResult> results = holdfast.enqueueAll(requests); // one a request, in this order

    List<JobRequest> again = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      JobRequest request = requests.get(i);
      EnqueueOptions options = request.options();
      results
          .get(i)
          .<Optional<JobRequest>>match(
              enqueued -> Optional.empty(),
              rejected -> Optional.of(request),
              unknown ->
                  Optional.of(JobRequest.of(request.payload(), options.retrying(unknown.id()))))
          .ifPresent(again::add);
    }
    // end::job-requests[]
    return again.isEmpty() ? results : holdfast.enqueueAll(again);
  }

  static CompletableFuture<JobId> async(Holdfast holdfast) {
    // tag::enqueue-async[]
    CompletableFuture<Enqueued> sent = holdfast.enqueueAsync(new SendWelcome(7, "fr"));
    CompletableFuture<JobId> id = sent.thenApply(Enqueued::id);
    // end::enqueue-async[]
    return id;
  }

  static Holdfast interceptor(String redisUrl, Supplier<String> currentTenant) {
    // tag::enqueue-interceptor[]
    EnqueueInterceptor tenant =
        (payload, type, options) -> options.header("tenant", currentTenant.get());
    HoldfastOptions options = HoldfastOptions.builder().enqueueInterceptor(tenant).build();
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(redisUrl), options);
    // end::enqueue-interceptor[]
    return holdfast;
  }

  /** The transactions of an application. */
  interface Transactions {
    /** Whether the calling thread is in one. */
    boolean active();

    /** Runs something after the commit of the calling thread's transaction. */
    void onCommit(Runnable action);
  }

  // tag::transaction-boundary[]
  static final class ShopTransactions implements TransactionBoundary {
    private final Transactions transactions;

    ShopTransactions(Transactions transactions) {
      this.transactions = transactions;
    }

    @Override
    public boolean isActive() {
      return transactions.active();
    }

    @Override
    public void afterCommit(Runnable action) {
      transactions.onCommit(action); // never called if it rolls back
    }
  }

  // end::transaction-boundary[]

  static JobId afterCommit(String redisUrl, Transactions transactions) {
    // tag::after-commit[]
    HoldfastOptions options =
        HoldfastOptions.builder().transactionBoundary(new ShopTransactions(transactions)).build();
    Holdfast holdfast = Holdfast.on(RedisEngine.connect(redisUrl), options);
    JobId id = holdfast.enqueueAfterCommit(new SendWelcome(7, "fr")); // inside a transaction
    // end::after-commit[]
    return id;
  }

  // tag::parse[]
  static Optional<JobStatus> mailStatus(Holdfast holdfast, String fromUrl) {
    JobId id;
    try {
      id = JobId.parse(fromUrl);
    } catch (InvalidNameException e) {
      return Optional.empty(); // no job id: 404
    }
    return id.queue().equals("mail") ? holdfast.status(id) : Optional.empty();
  }

  // end::parse[]

  static void pages(Holdfast holdfast) {
    // tag::pages[]
    String cursor = null;
    do {
      Page<JobStatus> page = holdfast.queue("mail").jobs(JobState.ACTIVE, cursor, 200);
      page.items().forEach(job -> System.out.println(job.id() + " " + job.correlationId()));
      cursor = page.next();
    } while (cursor != null);
    // end::pages[]
  }

  /** A part of an application that is stopped at its end. */
  @FunctionalInterface
  interface Part {
    /** Stops it. */
    void stop();
  }

  static void ownHook(Holdfast holdfast, SendWelcomeHandler handler, Part server, Part database) {
    // tag::own-hook[]
    WorkerOptions options = WorkerOptions.builder().closeOnShutdown(false).build();
    Worker worker = Worker.on(holdfast).handler(handler).options(options).start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(); // no more requests
                  worker.close(); // drain: handlers still have all they use
                  holdfast.close();
                  database.stop(); // last: what handlers use
                }));
    // end::own-hook[]
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

  static void locks(RedisEngine engine, Table table, int rows, Runnable migration)
      throws InterruptedException {
    // tag::lock[]
    RedisLock report = engine.lock("nightly-report");
    Optional<HeldLock> taken = report.tryLock(Duration.ofSeconds(5));
    if (taken.isPresent()) {
      try (HeldLock held = taken.get()) {
        held.onLost(Thread.currentThread()::interrupt);
        for (int row = 0; row < rows && held.isHeld(); row++) {
          table.write(row, held.token()); // refuses a token lower than the highest it has seen
        }
      }
    }
    // end::lock[]

    // tag::lock-options[]
    LockOptions patient =
        LockOptions.defaults().withLease(Duration.ofMinutes(2)).withMaxHold(Duration.ofHours(6));
    try (HeldLock held = engine.lock("migration", patient).lock(Duration.ofMinutes(10))) {
      migration.run();
    }
    // end::lock-options[]
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
