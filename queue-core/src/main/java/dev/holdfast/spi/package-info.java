/**
 * The engine seam: what a store of queues implements, and what it is asked. Written for those who
 * build an engine; an application uses {@code Holdfast} and {@code Worker}.
 *
 * <p>Reading order: {@link dev.holdfast.spi.Engine}, then its parts {@link dev.holdfast.spi.Intake}
 * (enqueue), {@link dev.holdfast.spi.Claiming} (turns, leases, notes), {@link
 * dev.holdfast.spi.Bells} (waking), {@link dev.holdfast.spi.Upkeep} (reap and tidy), {@link
 * dev.holdfast.spi.Control} (reading and operating), {@link dev.holdfast.spi.Ticking} (schedules).
 * {@link dev.holdfast.spi.Turn}, {@link dev.holdfast.spi.Claim} and {@link
 * dev.holdfast.spi.Outcome} are what travels in a worker's turn. {@link
 * dev.holdfast.spi.EngineProvider} lets an engine be found on the class path.
 *
 * <p>Every method may throw {@code EngineUnavailableException} (no answer; safe to repeat as the
 * method says) and {@code QueueCorruptException} (this queue cannot be used; others can). A future
 * fails with them.
 */
@NullMarked
package dev.holdfast.spi;

import org.jspecify.annotations.NullMarked;
