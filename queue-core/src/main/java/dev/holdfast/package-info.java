/**
 * The two doors a user opens first, and what they take.
 *
 * <ol>
 *   <li>{@link dev.holdfast.Holdfast}: enqueue, look, operate; with {@link
 *       dev.holdfast.EnqueueOptions}, {@link dev.holdfast.Enqueued}, {@link
 *       dev.holdfast.EnqueueResult}, {@link dev.holdfast.JobRequest}, {@link dev.holdfast.JobQueue}
 *       and {@link dev.holdfast.CancelResult};
 *   <li>{@link dev.holdfast.Worker}: run handlers; with {@link dev.holdfast.WorkerOptions}, {@link
 *       dev.holdfast.HandlerOptions}, {@link dev.holdfast.QueueOrder} and {@link
 *       dev.holdfast.WorkerHealth};
 *   <li>{@link dev.holdfast.HoldfastOptions}, {@link dev.holdfast.HandlerFactory}, {@link
 *       dev.holdfast.EnqueueInterceptor}, {@link dev.holdfast.AttemptInterceptor}, {@link
 *       dev.holdfast.TransactionBoundary}: settings and hooks.
 * </ol>
 */
@NullMarked
package dev.holdfast;

import org.jspecify.annotations.NullMarked;
