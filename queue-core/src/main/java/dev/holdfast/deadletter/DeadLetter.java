package dev.holdfast.deadletter;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Counters;
import dev.holdfast.job.JobId;
import dev.holdfast.job.StateReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job that will not be attempted again unless it is redriven, with all that is known of it.
 *
 * @param id the job
 * @param type its type; "" when its header cannot be read
 * @param reason why it is dead
 * @param diedAt when it was buried, by the engine's clock
 * @param keptUntil when retention may remove it
 * @param counters what happened to it
 * @param history its last attempts that failed, oldest first, at most five, stack traces included
 * @param payload its payload as JSON text; null if the body is missing or malformed
 * @param correlationId the correlation id, if one was given
 * @param headers the headers given at enqueue
 * @param bodySize bytes of the stored body; 0 if it is missing
 * @param body the raw stored body if it could not be read (reason {@link StateReason#MALFORMED}),
 *     else null
 */
public record DeadLetter(
    JobId id,
    String type,
    StateReason reason,
    Instant diedAt,
    Instant keptUntil,
    Counters counters,
    List<Attempt> history,
    @Nullable String payload,
    @Nullable String correlationId,
    Map<String, String> headers,
    int bodySize,
    byte @Nullable [] body) {

  /** Copies the collections. */
  public DeadLetter {
    Objects.requireNonNull(id, "id");
    history = List.copyOf(history);
    headers = Map.copyOf(headers);
  }

  /** The failure of the last attempt, if one failed. */
  public Optional<Attempt> lastAttempt() {
    return history.isEmpty() ? Optional.empty() : Optional.of(history.get(history.size() - 1));
  }
}
