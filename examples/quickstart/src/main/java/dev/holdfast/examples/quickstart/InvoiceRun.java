package dev.holdfast.examples.quickstart;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.deadletter.DeadLetter;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.deadletter.RedriveResult;
import dev.holdfast.examples.quickstart.ArchiveInvoices.Archive;
import dev.holdfast.job.Counters;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.worker.WorkerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One run through the shop's day: enqueue a job per order, watch them, look at what is dead, mend
 * the cause, redrive, pack the archive, count.
 */
final class InvoiceRun {
  private static final String QUEUE = "invoices";

  private final Holdfast holdfast;
  private final Path directory;
  private final PrintStream out;
  private final Orders orders;
  private final InvoiceFolder invoices;
  private final AddressBook addresses;
  private final Progress progress;
  private final Map<JobId, Order> jobs = new LinkedHashMap<>();

  /** Failures of the jobs that were dead, from before the redrive set them to 0. */
  private final Map<JobId, Integer> failuresOfDead = new LinkedHashMap<>();

  private int ignored;
  private int redriven;

  /**
   * Prepares a run; nothing is sent yet.
   *
   * @param directory where the invoices go
   */
  InvoiceRun(Holdfast holdfast, Orders orders, Path directory, PrintStream out) throws IOException {
    this.holdfast = holdfast;
    this.orders = orders;
    this.directory = directory;
    this.out = out;
    this.invoices = new InvoiceFolder(directory);
    this.addresses = InvoiceWorker.addresses(directory);
    this.progress = Progress.of(holdfast.queue(QUEUE), orders.valid().size(), out);
    invoices.reset();
    addresses.reset();
  }

  /** Runs with a worker in this JVM, as most applications do. */
  Outcome withWorkerInside() throws IOException, InterruptedException {
    enqueueAll();
    try (Worker worker = InvoiceWorker.start(holdfast, directory, WorkerOptions.defaults())) {
      return finish();
    }
  }

  /** Runs with a worker in a JVM of its own, kills that in the middle, and starts another. */
  Outcome withWorkerKilled(String url, String namespace) throws IOException, InterruptedException {
    enqueueAll();
    int third = orders.valid().size() / 3;
    try (WorkerProcess first = WorkerProcess.start("worker-1", url, namespace, directory)) {
      out.printf(
          "Worker 1 runs as process %d. It is killed after %d invoices.%n", first.pid(), third);
      progress.watchUntil(stats -> stats.done() >= third && stats.active() > 0);
      first.kill();
    }
    out.printf(
        "Worker 1 is dead (SIGKILL), %d invoices in its hands. Their leases run out; worker 2"
            + " takes over.%n",
        holdfast.queue(QUEUE).stats().active());
    try (WorkerProcess second = WorkerProcess.start("worker-2", url, namespace, directory)) {
      return finish();
    }
  }

  /** One job per order, from plain application code. */
  private void enqueueAll() {
    for (Order order : orders.valid()) {
      Enqueued enqueued = enqueue(order);
      jobs.put(enqueued.id(), order);
    }
    // A double click: the same order again. Its key is taken, so the first job is the answer.
    Order first = orders.valid().get(0);
    Enqueued again = enqueue(first);
    ignored = again.created() ? 0 : 1;
    out.printf(
        "%d orders enqueued. %s enqueued again: %s.%n",
        jobs.size(),
        first.number(),
        again.created() ? "a second job, which is wrong" : "the job it has is the answer");
  }

  private Enqueued enqueue(Order order) {
    return holdfast.enqueue(
        new RenderInvoice(order),
        EnqueueOptions.defaults()
            .idempotencyKey("invoice:" + order.number())
            .correlationId(order.number()));
  }

  private Outcome finish() throws IOException, InterruptedException {
    progress.watchUntil(Progress::settled);
    tellOfRetries();
    mendAndRedrive();
    progress.watchUntil(Progress::settled);
    return count(archive());
  }

  /** What failed and then worked needs nobody's help; its history is kept all the same. */
  private void tellOfRetries() {
    for (JobId id : jobs.keySet()) {
      holdfast
          .status(id)
          .filter(job -> job.state() == JobState.SUCCEEDED && job.counters().failures() > 0)
          .ifPresent(this::tellOfRetry);
    }
  }

  private void tellOfRetry(JobStatus status) {
    Order order = Objects.requireNonNull(jobs.get(status.id()));
    out.printf(
        "%nRetried: order %s, succeeded at attempt %d.%n",
        order.number(), status.counters().nextAttempt());
    status.lastFailure().ifPresent(last -> out.println("  Last failure: " + brief(last)));
  }

  /** Looks at each dead letter, mends what it died of, and sends it back. */
  private void mendAndRedrive() throws IOException {
    DeadLetterQueue deadLetters = holdfast.deadLetters(QUEUE);
    for (DeadLetter letter : deadLetters.list(null, 100).items()) {
      Order order = jobs.get(letter.id());
      if (order == null) {
        continue;
      }
      failuresOfDead.put(letter.id(), letter.counters().failures());
      out.printf(
          "%nDead letter: order %s, %s after %d attempts.%n",
          order.number(), letter.reason(), letter.counters().failures());
      letter
          .lastAttempt()
          .ifPresent(last -> out.println("  Last failure: " + brief(last.failure())));
      if (order.number().equals(AddressBook.HOPELESS)) {
        addresses.correct(order.number(), "Bahnhofstrasse 8");
        out.println("  The customer meant \"Bahnhofstrasse 8\". Corrected; back into the queue.");
      }
      if (deadLetters.redrive(letter.id()) == RedriveResult.REDRIVEN) {
        redriven++;
      }
    }
  }

  private static String brief(Failure failure) {
    String name = failure.type();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1)
        + ": "
        + failure.message();
  }

  /** A job for later, followed by its id until its result is there. Returns how many it packed. */
  private int archive() throws InterruptedException {
    out.printf("%nThe accountant wants an archive, in a second. Its job, as a web page sees it:%n");
    Enqueued enqueued =
        holdfast.enqueue(
            new ArchiveInvoices("invoices.zip"), EnqueueOptions.in(Duration.ofSeconds(1)));
    new StatusView(holdfast, out).follow(enqueued.id());
    return holdfast.result(enqueued.id(), Archive.class).map(Archive::invoices).orElse(0);
  }

  private Outcome count(int archived) throws IOException {
    int succeeded = 0;
    int retried = 0;
    int ranTwice = 0;
    for (JobId id : jobs.keySet()) {
      JobStatus status = holdfast.status(id).orElse(null);
      if (status == null) {
        continue;
      }
      Counters counters = status.counters();
      int failuresWhenDead = failuresOfDead.getOrDefault(id, 0);
      succeeded += status.state() == JobState.SUCCEEDED ? 1 : 0;
      retried += counters.failures() + Math.max(0, failuresWhenDead - 1);
      // Every claim ended in a failure, in the success, or with the death of its worker.
      ranTwice += counters.claims() > counters.failures() + failuresWhenDead + 1 ? 1 : 0;
    }
    boolean allThere = orders.valid().stream().allMatch(order -> invoices.has(order.number()));
    return new Outcome(
        orders.valid().size(),
        orders.rejected().size(),
        jobs.size(),
        ignored,
        succeeded,
        retried,
        failuresOfDead.size(),
        redriven,
        ranTwice,
        holdfast.deadLetters(QUEUE).size(),
        allThere ? invoices.list().size() : 0,
        archived);
  }
}
