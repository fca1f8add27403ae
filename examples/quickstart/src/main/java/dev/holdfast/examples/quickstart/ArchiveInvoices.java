package dev.holdfast.examples.quickstart;

import dev.holdfast.job.JobType;

/**
 * The job: pack all invoices into one file for the accountant.
 *
 * @param fileName the archive's name
 */
@JobType(value = "invoice.archive", queue = "archive")
public record ArchiveInvoices(String fileName) {
  /**
   * What the job gives back; stored with it and read by its id.
   *
   * @param file where the archive is
   * @param invoices how many it holds
   * @param bytes how large it is
   */
  public record Archive(String file, int invoices, long bytes) {}
}
