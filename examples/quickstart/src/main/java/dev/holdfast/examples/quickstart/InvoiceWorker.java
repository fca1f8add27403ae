package dev.holdfast.examples.quickstart;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.worker.WorkerOptions;
import java.nio.file.Path;

/** The shop's worker: its handlers, its queues, and how many jobs of each it runs at once. */
final class InvoiceWorker {
  static final int SLOTS = 8;

  private InvoiceWorker() {}

  /** Starts it. Closing it lets what runs come to its end. */
  static Worker start(Holdfast holdfast, Path directory, WorkerOptions options) {
    InvoiceFolder invoices = new InvoiceFolder(directory);
    Printer printer = new Printer();
    return Worker.on(holdfast)
        .handler(new RenderInvoiceHandler(addresses(directory), printer, invoices))
        .handler(new ArchiveInvoicesHandler(invoices, printer))
        .queue("invoices", SLOTS)
        .queue("archive", 1)
        .options(options)
        .start();
  }

  static AddressBook addresses(Path directory) {
    return new AddressBook(directory.resolve("address-service"));
  }
}
