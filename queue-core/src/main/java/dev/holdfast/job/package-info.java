/**
 * The words of Holdfast: what a job is, what handles it, how it stands and what can go wrong.
 *
 * <p>This package imports nothing else of Holdfast. Reading order:
 *
 * <ol>
 *   <li>{@link dev.holdfast.job.JobType}, {@link dev.holdfast.job.HandlesJob}: the two annotations;
 *   <li>{@link dev.holdfast.job.JobHandler}, {@link dev.holdfast.job.ResultHandler}, {@link
 *       dev.holdfast.job.JobContext}: the user's code and what it may ask for; {@link
 *       dev.holdfast.job.BatchHandler}, {@link dev.holdfast.job.BatchItem}: the same for several
 *       jobs in one call; {@link dev.holdfast.job.ClaimedJob}: what both see of a job;
 *   <li>{@link dev.holdfast.job.JobId}, {@link dev.holdfast.job.JobState}, {@link
 *       dev.holdfast.job.StateReason}, {@link dev.holdfast.job.Counters}, {@link
 *       dev.holdfast.job.JobStatus}: how a job is named and how it stands;
 *   <li>{@link dev.holdfast.job.Failure}, {@link dev.holdfast.job.Attempt}: what went wrong, when;
 *   <li>{@link dev.holdfast.job.HoldfastException} and its subclasses: every error Holdfast throws.
 * </ol>
 */
@NullMarked
package dev.holdfast.job;

import org.jspecify.annotations.NullMarked;
