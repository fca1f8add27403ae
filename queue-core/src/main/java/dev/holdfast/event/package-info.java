/**
 * Events: what has happened, and who is to hear of it.
 *
 * <p>Read first: {@link dev.holdfast.event.EventType}, {@link dev.holdfast.event.Subscribes},
 * {@link dev.holdfast.event.Awaits}, {@link dev.holdfast.event.Events}.
 */
@NullMarked
package dev.holdfast.event;

import org.jspecify.annotations.NullMarked;
