package dev.holdfast.spi;

import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.Naming;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as an engine keeps it: where it stands. What it enqueues and when is its definition,
 * opaque to the engine. Instants are nominal ones, unless said otherwise.
 *
 * @param name its name
 * @param revision 26 characters, new with each {@link Ticking#write}
 * @param owner the application that declared it; "" if none did
 * @param pausedSince since when it is paused, by the engine's clock; null if it is not
 * @param next the first tick that was not dealt with; null: none is left, or it is paused
 * @param last the last tick that was fired; null: none was
 * @param jobKey the job that a tick waits for; null: none
 * @param waiting a tick that waits until that job has ended; null: none
 * @param fired how many ticks were fired
 * @param missed how many were missed
 * @param skipped how many were skipped
 * @param lastSkipped the last one that was skipped; null: none was
 */
public record StoredSchedule(
    String name,
    String revision,
    String owner,
    @Nullable Instant pausedSince,
    @Nullable Instant next,
    @Nullable Instant last,
    @Nullable String jobKey,
    @Nullable Instant waiting,
    long fired,
    long missed,
    long skipped,
    @Nullable Instant lastSkipped) {
  /**
   * Checks that all parts are there.
   *
   * @throws InvalidNameException if the name is none
   */
  public StoredSchedule {
    Naming.name("schedule name", name);
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(owner, "owner");
  }
}
