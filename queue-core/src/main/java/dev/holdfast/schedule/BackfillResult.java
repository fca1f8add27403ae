package dev.holdfast.schedule;

/**
 * What a backfill enqueued.
 *
 * @param ticks how many ticks the schedule has in the time
 * @param enqueued for how many of them a job was enqueued
 * @param existing for how many there is, or was a while ago, a job already
 */
public record BackfillResult(int ticks, int enqueued, int existing) {}
