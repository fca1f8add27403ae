package dev.holdfast.schedule;

import dev.holdfast.job.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a schedule stands, read in one instant.
 *
 * @param id its queue and name
 * @param definition what it enqueues and when; null if this version cannot read it
 * @param owner the application that declared it; null if it was put by hand
 * @param pausedSince since when it is paused; null if it is not
 * @param upcoming the nominal instants of its next five ticks; empty if it is paused or has ended
 * @param lastTick the last tick that was fired; null: none yet
 * @param lastJob the job of that tick, or of a later {@code triggerNow}; it may be gone by now
 * @param waiting a tick that waits until the job before it has ended, with {@code QUEUE_ONE}
 * @param fired how many ticks were fired
 * @param missed how many were missed and not fired
 * @param skipped how many were skipped because an earlier job had not ended
 * @param lastSkipped the last of them
 */
public record ScheduleStatus(
    ScheduleId id,
    @Nullable ScheduleDefinition definition,
    @Nullable String owner,
    @Nullable Instant pausedSince,
    List<Instant> upcoming,
    @Nullable Instant lastTick,
    @Nullable JobId lastJob,
    @Nullable Instant waiting,
    long fired,
    long missed,
    long skipped,
    @Nullable Instant lastSkipped) {
  /** Copies the list. */
  public ScheduleStatus {
    Objects.requireNonNull(id, "id");
    upcoming = List.copyOf(upcoming);
  }
}
