package dev.holdfast;

import dev.holdfast.job.JobId;
import dev.holdfast.job.Uniqueness;
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
    IDEMPOTENCY_KEY,
    /** {@link Uniqueness.UntilStarted}: a job with this unique key waits. */
    UNTIL_STARTED,
    /** {@link Uniqueness.UntilFinished}: a job with this unique key waits or runs. */
    UNTIL_FINISHED,
    /** {@link Uniqueness.ForWindow}: a job with this unique key opened the window. */
    WINDOW,
    /** {@link Uniqueness.Throttle}: the period has as many jobs as it may; this is the last. */
    THROTTLE,
    /** {@link Uniqueness.Debounce}: a job with this unique key waits, and has this payload now. */
    DEBOUNCE,
    /**
     * {@link Uniqueness.KeepLatest}: a job with this unique key waits, and has this payload now.
     */
    KEEP_LATEST;

    /** The rule a unique key answers by. */
    static Rule of(Uniqueness unique) {
      return unique.match(
          r -> UNTIL_STARTED,
          r -> UNTIL_FINISHED,
          r -> WINDOW,
          r -> THROTTLE,
          r -> DEBOUNCE,
          r -> KEEP_LATEST);
    }
  }

  /** Checks that an id is given. */
  public Enqueued {
    Objects.requireNonNull(id, "id");
  }

  /** Whether this call added the job. */
  public boolean created() {
    return existing == null;
  }

  /** Whether an existing job was given this call's payload. */
  public boolean replaced() {
    return existing == Rule.DEBOUNCE || existing == Rule.KEEP_LATEST;
  }
}
