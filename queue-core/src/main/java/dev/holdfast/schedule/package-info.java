/**
 * Jobs that are enqueued again and again: by a cron expression in a time zone, or at fixed
 * intervals.
 *
 * <p>Reading order: {@link dev.holdfast.schedule.Schedule} (what an application declares), {@link
 * dev.holdfast.schedule.Cron} and {@link dev.holdfast.schedule.Every} (when it fires), {@link
 * dev.holdfast.schedule.DstGap} and {@link dev.holdfast.schedule.DstOverlap} (what becomes of wall
 * times that do not exist or come twice), {@link dev.holdfast.schedule.Misfire} (what becomes of
 * ticks that nobody could fire), {@link dev.holdfast.schedule.RunOverlap} (what becomes of a tick
 * while the job of an earlier one is not done), {@link dev.holdfast.schedule.Schedules} (the door),
 * {@link dev.holdfast.schedule.Recurring} (a schedule as an annotation of its handler).
 *
 * <p>{@link dev.holdfast.schedule.Timing} and {@link dev.holdfast.schedule.TickPlan} are pure
 * functions of instants; nothing here asks a clock. Every rule with its formula is in {@code
 * docs/schedules.md}.
 */
@NullMarked
package dev.holdfast.schedule;

import org.jspecify.annotations.NullMarked;
