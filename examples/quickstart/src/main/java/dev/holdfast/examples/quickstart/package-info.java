/**
 * The first thing to run: a shop turns a file of orders into invoices, one job per order.
 *
 * <p>What an application of your own would have, in reading order:
 *
 * <ol>
 *   <li>{@link dev.holdfast.examples.quickstart.RenderInvoice}: a payload, and {@link
 *       dev.holdfast.examples.quickstart.RenderInvoiceHandler}: the code that works on it;
 *   <li>{@link dev.holdfast.examples.quickstart.ArchiveInvoices} and {@link
 *       dev.holdfast.examples.quickstart.ArchiveInvoicesHandler}: a second type, with progress and
 *       a result;
 *   <li>{@code InvoiceWorker}: both handlers in one worker;
 *   <li>{@code InvoiceRun}: enqueues, watches, redrives, asks for a status.
 * </ol>
 *
 * <p>The shop itself: {@code Orders}, {@code Order}, {@code AddressBook}, {@code InvoiceText},
 * {@code Printer}, {@code InvoiceFolder}. Around it: {@code Quickstart} (main), {@code Arguments},
 * {@code Progress}, {@code StatusView}, {@code Outcome}, and {@code WorkerProcess} for {@code
 * --crash}.
 */
@NullMarked
package dev.holdfast.examples.quickstart;

import org.jspecify.annotations.NullMarked;
