/**
 * How much of a queue may run: at once, and in a time. Decided by the engine when a job is claimed,
 * for all processes together.
 *
 * <p>Read first: {@link dev.holdfast.limit.Limit}, {@link dev.holdfast.limit.Rate}, {@link
 * dev.holdfast.limit.LimitScope}. They are set with {@code JobQueue.limit}.
 */
@NullMarked
package dev.holdfast.limit;

import org.jspecify.annotations.NullMarked;
