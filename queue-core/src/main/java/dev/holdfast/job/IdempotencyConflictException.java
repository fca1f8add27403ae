package dev.holdfast.job;

import java.util.Objects;

/**
 * An idempotency key is held by a job with another payload, and the enqueue asked to be told. The
 * job was not added, and a retry will not mend it: use another key, or send the same payload.
 */
public final class IdempotencyConflictException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final JobId existing;
  private final String key;

  /** Creates the exception for a key and the job that holds it. */
  public IdempotencyConflictException(JobId existing, String key, String message) {
    super(message);
    this.existing = Objects.requireNonNull(existing, "existing");
    this.key = Objects.requireNonNull(key, "key");
  }

  /** The job that holds the key; it may have ended and be gone. */
  public JobId existing() {
    return existing;
  }

  /** The idempotency key. */
  public String key() {
    return key;
  }
}
