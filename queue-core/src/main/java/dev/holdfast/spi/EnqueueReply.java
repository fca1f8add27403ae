package dev.holdfast.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one job of an enqueue call.
 *
 * @param verdict what happened
 * @param existingKey the key of the job that was there already, else null
 */
public record EnqueueReply(Verdict verdict, @Nullable String existingKey) {
  /** What happened to a job. */
  public enum Verdict {
    /** It was added. */
    CREATED,
    /** This very key is there: an earlier call arrived. */
    EXISTING_ID,
    /** Another job holds its idempotency key. */
    EXISTING_IDEMPOTENCY_KEY,
    /** Another job holds its unique key. */
    EXISTING_UNIQUE_KEY,
    /** Another job holds its unique key and has its payload now. */
    REPLACED,
    /** Another job, with another payload, holds its idempotency key, and that was asked about. */
    CONFLICT,
    /** The queue is at its bound; not added. */
    FULL
  }

  /** Checks that a verdict is given. */
  public EnqueueReply {
    Objects.requireNonNull(verdict, "verdict");
  }
}
