/**
 * Jobs that will not be attempted again: reading them, sending them back, removing them.
 *
 * <p>Reading order: {@link dev.holdfast.deadletter.DeadLetterQueue}, {@link
 * dev.holdfast.deadletter.DeadLetter}, {@link dev.holdfast.deadletter.DeadLetterFilter}, {@link
 * dev.holdfast.deadletter.RedriveResult}.
 */
@NullMarked
package dev.holdfast.deadletter;

import org.jspecify.annotations.NullMarked;
