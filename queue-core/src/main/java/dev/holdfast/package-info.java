/**
 * The two doors a user opens first, and what they take.
 *
 * <ol>
 *   <li>{@link dev.holdfast.Holdfast}: enqueue, look, operate; with {@link
 *       dev.holdfast.EnqueueOptions}, {@link dev.holdfast.Enqueued}, {@link
 *       dev.holdfast.EnqueueResult}, {@link dev.holdfast.JobRequest}, {@link dev.holdfast.JobQueue}
 *       and {@link dev.holdfast.CancelResult}, {@link dev.holdfast.DeleteResult}, {@link
 *       dev.holdfast.MoveResult};
 *   <li>{@link dev.holdfast.Worker}: run handlers; with {@link dev.holdfast.worker.WorkerOptions},
 *       {@link dev.holdfast.worker.HandlerOptions}, {@link dev.holdfast.worker.QueueOrder} and
 *       {@link dev.holdfast.worker.WorkerHealth};
 *   <li>{@link dev.holdfast.HoldfastOptions}, {@link dev.holdfast.worker.HandlerFactory}, {@link
 *       dev.holdfast.EnqueueInterceptor}, {@link dev.holdfast.worker.AttemptInterceptor}, {@link
 *       dev.holdfast.TransactionBoundary}: settings and hooks.
 * </ol>
 */
@NullMarked
package dev.holdfast;

import org.jspecify.annotations.NullMarked;
