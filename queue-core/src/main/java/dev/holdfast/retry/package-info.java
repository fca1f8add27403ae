/**
 * When a failed job is attempted again. Pure functions: the same failure count and the same
 * randomness give the same wait.
 *
 * <p>Reading order: {@link dev.holdfast.retry.RetryPolicy}, {@link dev.holdfast.retry.Backoff},
 * {@link dev.holdfast.retry.Jitter}, {@link dev.holdfast.retry.ExceptionRule}.
 */
@NullMarked
package dev.holdfast.retry;

import org.jspecify.annotations.NullMarked;
