package dev.holdfast.examples.quickstart;

import dev.holdfast.examples.quickstart.ArchiveInvoices.Archive;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.ResultHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packs all invoices into one zip file, tells how far it is, and returns what it made. */
@HandlesJob(maxAttempts = 3, timeout = "PT1M", concurrency = 1)
public final class ArchiveInvoicesHandler implements ResultHandler<ArchiveInvoices, Archive> {
  private final InvoiceFolder invoices;
  private final Printer printer;

  ArchiveInvoicesHandler(InvoiceFolder invoices, Printer printer) {
    this.invoices = invoices;
    this.printer = printer;
  }

  @Override
  public Archive handle(ArchiveInvoices job, JobContext context) throws Exception {
    List<Path> files = invoices.list();
    Path archive = invoices.replace(job.fileName(), unfinished -> pack(files, unfinished, context));
    return new Archive(archive.toString(), files.size(), Files.size(archive));
  }

  private void pack(List<Path> files, Path archive, JobContext context)
      throws IOException, InterruptedException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      int packed = 0;
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(String.valueOf(file.getFileName())));
        Files.copy(file, zip);
        zip.closeEntry();
        printer.stamp();
        packed++;
        context.progress((double) packed / files.size(), packed + " packed");
      }
    }
  }
}
