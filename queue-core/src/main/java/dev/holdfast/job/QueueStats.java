package dev.holdfast.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A queue in numbers, read in one instant.
 *
 * @param ready jobs in the lanes
 * @param scheduled jobs that wait for an instant, suspended runs included
 * @param parked jobs that wait for a limit to allow them
 * @param active jobs held by workers
 * @param done succeeded and cancelled jobs still kept
 * @param dead dead letters
 * @param oldestReady how long the job at the head of a lane has been ready, the longest of the
 *     lanes; zero if none is
 * @param nextDue when the next scheduled job is due, or null
 * @param paused whether claiming is stopped
 */
public record QueueStats(
    long ready,
    long scheduled,
    long parked,
    long active,
    long done,
    long dead,
    Duration oldestReady,
    @Nullable Instant nextDue,
    boolean paused) {}
