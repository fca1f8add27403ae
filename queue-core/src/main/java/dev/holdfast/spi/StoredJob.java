package dev.holdfast.spi;

import dev.holdfast.job.Counters;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Priority;
import dev.holdfast.job.StateReason;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All an engine knows of a job, read in one instant.
 *
 * @param key its key
 * @param type its type; "" if unknown
 * @param state where it stands
 * @param reason why
 * @param since since when, by the engine's clock; the key's time if it was never claimed
 * @param priority its home lane
 * @param runAt when it becomes ready, if it is scheduled, or suspended until an instant
 * @param parkedBy the limit it waits for, such as {@code key tenant:7}, if it is parked
 * @param keptUntil when retention may remove it, if it has ended
 * @param counters what happened
 * @param consumer who holds it, if it is active
 * @param cancelRequested whether somebody asked that it ends
 * @param progress the encoded progress, or null
 * @param attempts the encoded attempts, oldest first
 * @param log the lines of its log
 * @param result the encoded result, or null
 * @param envelope the encoded envelope; null once it is gone, and in a list of jobs that are not
 *     dead
 * @param raw the whole stored body if its header cannot be read, else null
 */
public record StoredJob(
    String key,
    String type,
    JobState state,
    StateReason reason,
    Instant since,
    Priority priority,
    @Nullable Instant runAt,
    @Nullable String parkedBy,
    @Nullable Instant keptUntil,
    Counters counters,
    @Nullable String consumer,
    boolean cancelRequested,
    byte @Nullable [] progress,
    List<byte[]> attempts,
    List<String> log,
    byte @Nullable [] result,
    byte @Nullable [] envelope,
    byte @Nullable [] raw) {

  /** Copies the lists. */
  public StoredJob {
    Objects.requireNonNull(key, "key");
    attempts = List.copyOf(attempts);
    log = List.copyOf(log);
  }
}
