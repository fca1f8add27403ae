package dev.holdfast.examples.quickstart;

import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;

/**
 * Renders the invoice of an order into a file.
 *
 * <p>It may run twice for one order, when a worker dies after the file was written and before that
 * was known. So the file is named for the order and put in place whole: a second run writes the
 * same file again, and nobody ever sees half an invoice.
 */
@HandlesJob(
    maxAttempts = RenderInvoiceHandler.ATTEMPTS,
    timeout = "PT20S",
    backoffBase = "PT0.1S",
    backoffMax = "PT1S")
public final class RenderInvoiceHandler implements JobHandler<RenderInvoice> {
  static final int ATTEMPTS = 4;

  private final AddressBook addresses;
  private final Printer printer;
  private final InvoiceFolder invoices;

  RenderInvoiceHandler(AddressBook addresses, Printer printer, InvoiceFolder invoices) {
    this.addresses = addresses;
    this.printer = printer;
    this.invoices = invoices;
  }

  @Override
  public void handle(RenderInvoice job, JobContext context) throws Exception {
    Order order = job.order();
    PostalAddress address = addresses.lookup(order);
    context.progress(0.3, "address found");

    String invoice = printer.print(InvoiceText.of(order, address));
    context.progress(0.9, "printed");

    invoices.put(order.number(), invoice);
  }
}
