package dev.holdfast.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job was sent, but no answer came before the deadline: it may or may not be in the queue.
 *
 * <p>Enqueue again with {@code EnqueueOptions.retryOf(id)} and the id this exception carries: if
 * the first call did arrive, the existing job is returned and no second one is made.
 */
public final class OutcomeUnknownException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable JobId id;

  /** Creates the exception for a job. */
  public OutcomeUnknownException(JobId id, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.id = Objects.requireNonNull(id, "id");
  }

  /** The id to retry with; null only after Java serialization, which drops it. */
  public @Nullable JobId id() {
    return id;
  }
}
