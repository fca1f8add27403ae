/**
 * Orders that are checked, charged and fulfilled, and a week later the customer is asked how it
 * was: effects in three systems, of which none knows of the others.
 *
 * <p>What an application of your own would have, in reading order:
 *
 * <ol>
 *   <li>{@code OrderFlow}: the week, from top to bottom;
 *   <li>{@link dev.holdfast.examples.orderflow.PlaceOrder}, which begins a run, and {@link
 *       dev.holdfast.examples.orderflow.OrderResult}, with which it ends;
 *   <li>{@code PaymentClient}, {@code Warehouse} and {@code Mailer}: effects that bear repetition;
 *   <li>{@code OrderWorker}: the flow in a worker process.
 * </ol>
 *
 * <p>The payment service, in a process of its own: {@code PaymentServer}. Around it: {@code
 * OrderExample} (main), {@code Arguments}, {@code Days}, {@code Customer}, {@code OrderRun}, {@code
 * Outcome}, {@code Check}, {@code JournalWatch}, {@code Workers}, {@code ChildJvm}, {@code
 * Database}, {@code Postgres}, {@code MailServer}. For {@code --crash}: {@code KillPoint}, {@code
 * KillList}, {@code KillSwitch}, {@code KillableFlow}, {@code KillableSteps}.
 */
@NullMarked
package dev.holdfast.examples.orderflow;

import org.jspecify.annotations.NullMarked;
