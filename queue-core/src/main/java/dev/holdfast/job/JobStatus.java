package dev.holdfast.job;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a job stands, read in one instant. A value: it does not change when the job does.
 *
 * @param id the job
 * @param type its type; "" when its header cannot be read
 * @param state where it stands
 * @param reason why it stands there
 * @param since when it came there, by the engine's clock; for a job never claimed, when it was
 *     enqueued
 * @param priority its home lane
 * @param runAt when it becomes ready, if it is scheduled
 * @param parkedBy the limit it waits for, {@code key} or {@code type} and its name, if it is parked
 * @param counters what happened so far
 * @param progress what its handler reported last
 * @param worker who holds it, if it is active: the worker's name, a random part and a number, for
 *     each group of its slots
 * @param cancelRequested whether somebody asked that it ends
 * @param correlationId the correlation id; null in a list of jobs, and gone once the job has
 *     succeeded or was cancelled, when only its history is kept
 * @param history its last attempts that failed, oldest first, at most five
 * @param log the last lines its handler logged
 */
public record JobStatus(
    JobId id,
    String type,
    JobState state,
    StateReason reason,
    Instant since,
    Priority priority,
    @Nullable Instant runAt,
    @Nullable String parkedBy,
    Counters counters,
    @Nullable Progress progress,
    @Nullable String worker,
    boolean cancelRequested,
    @Nullable String correlationId,
    List<Attempt> history,
    List<String> log) {

  /** Copies the lists. */
  public JobStatus {
    Objects.requireNonNull(id, "id");
    history = List.copyOf(history);
    log = List.copyOf(log);
  }

  /** The word for a user interface: queued, running, succeeded or failed. */
  public JobState.Phase phase() {
    return state.phase();
  }

  /** When the job was enqueued, by the producer's clock, to the millisecond. */
  public Instant enqueuedAt() {
    return JobKeys.instantOf(id.key());
  }

  /** The last failure, if there was one. */
  public Optional<Failure> lastFailure() {
    return history.isEmpty()
        ? Optional.empty()
        : Optional.of(history.get(history.size() - 1).failure());
  }

  /**
   * What a handler reported.
   *
   * @param fraction 0 to 1
   * @param note a short text, may be empty
   */
  public record Progress(double fraction, String note) {}
}
