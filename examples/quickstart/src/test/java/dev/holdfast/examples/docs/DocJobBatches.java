package dev.holdfast.examples.docs;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.JobRequest;
import dev.holdfast.batch.BatchStatus;
import dev.holdfast.batch.Batches;
import dev.holdfast.batch.JobBatch;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import java.util.List;
import java.util.Optional;

/** The code that {@code docs/job-batches.md} shows; {@code DocsTest} compares. */
final class DocJobBatches {
  private DocJobBatches() {}

  /** An invoice to render. */
  @JobType(value = "invoice.render", queue = "invoices")
  record RenderInvoice(long customer, String month) {}

  /** All invoices of a month to be put together. */
  @JobType(value = "invoice.archive", queue = "invoices")
  record ArchiveInvoices(String month) {}

  /** Word to whoever looks after invoices. */
  @JobType(value = "invoice.report", queue = "invoices")
  record ReportMissing(String month) {}

  static JobId enqueue(Batches batches, List<Long> customers, String month) {
    // tag::batch[]
    List<RenderInvoice> invoices =
        customers.stream().map(customer -> new RenderInvoice(customer, month)).toList();
    JobId batch =
        batches.enqueue(
            JobBatch.of("invoices", invoices)
                .idempotencyKey("invoices:" + month)
                .onSuccess(new ArchiveInvoices(month))
                .onFailure(new ReportMissing(month)));
    // end::batch[]
    return batch;
  }

  static JobId mixed(Batches batches, String month) {
    // tag::requests[]
    JobBatch<JobRequest> mixed =
        JobBatch.of(
            "invoices",
            List.of(
                JobRequest.of(
                    new RenderInvoice(7, month), EnqueueOptions.defaults().limitKey("tenant:7")),
                JobRequest.of(new ReportMissing(month), EnqueueOptions.defaults())));
    JobId batch = batches.enqueue(mixed.onComplete(new ArchiveInvoices(month)));
    // end::requests[]
    return batch;
  }

  static String look(Batches batches, JobId batch) {
    // tag::status[]
    Optional<BatchStatus> status = batches.status(batch);
    String line =
        status
            .map(
                it ->
                    "%.0f %% done, %d to come, %d dead"
                        .formatted(100 * it.progress(), it.pending(), it.dead()))
            .orElse("no such batch");
    // end::status[]
    return line;
  }
}
