/**
 * Counts and times what Holdfast does, in a Micrometer registry. The only package that imports
 * Micrometer; an application that gives no registry never loads it. {@code docs/metrics.md} has the
 * table of all meters.
 *
 * <p>Reading order: {@link dev.holdfast.metrics.MicrometerMeters}, {@link
 * dev.holdfast.metrics.MeterOptions}. Behind them: {@code IntakeMeters}, {@code AttemptMeters} and
 * {@code QueueMeters} hold counters and timers, {@code QueueGauges} and {@code StatsReader} the
 * gauges of a watched queue, {@code Registrar} makes each meter.
 */
@NullMarked
package dev.holdfast.metrics;

import org.jspecify.annotations.NullMarked;
