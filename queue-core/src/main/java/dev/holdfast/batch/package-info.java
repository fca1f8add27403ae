/**
 * Jobs that belong together, and what follows when they have ended.
 *
 * <p>Read first: {@link dev.holdfast.batch.JobBatch}, {@link dev.holdfast.batch.Batches}, {@link
 * dev.holdfast.batch.BatchStatus}.
 */
@NullMarked
package dev.holdfast.batch;

import org.jspecify.annotations.NullMarked;
