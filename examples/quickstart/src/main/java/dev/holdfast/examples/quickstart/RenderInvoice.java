package dev.holdfast.examples.quickstart;

import dev.holdfast.job.JobType;

/**
 * The job: render the invoice of an order.
 *
 * @param order the order
 */
@JobType(value = "invoice.render", queue = "invoices")
public record RenderInvoice(Order order) {}
