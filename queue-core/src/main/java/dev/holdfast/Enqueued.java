package dev.holdfast;

import dev.holdfast.job.JobId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The job is in its queue: added by this call, or there before.
 *
 * @param id the job: the new one, or the existing one
 * @param existing which rule found an existing job; null if this call created the job
 */
public record Enqueued(JobId id, @Nullable Rule existing) implements EnqueueResult {
  /** Why an existing job was answered. */
  public enum Rule {
    /** An earlier call with this very id had arrived. */
    ID,
    /** Another job holds the idempotency key. */
    IDEMPOTENCY_KEY
  }

  /** Checks that an id is given. */
  public Enqueued {
    Objects.requireNonNull(id, "id");
  }

  /** Whether this call added the job. */
  public boolean created() {
    return existing == null;
  }
}
