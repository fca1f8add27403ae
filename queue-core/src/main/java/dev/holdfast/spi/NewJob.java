package dev.holdfast.spi;

import dev.holdfast.job.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job on its way into a queue.
 *
 * @param key its 26-character key
 * @param type its type
 * @param priority its home lane
 * @param start when it becomes ready
 * @param idempotency the caller's own name for it, or null
 * @param retry whether an earlier enqueue of the same key may have arrived: then the existing job
 *     is answered
 * @param envelope the encoded envelope, opaque to the engine
 */
public record NewJob(
    String key,
    String type,
    Priority priority,
    Start start,
    @Nullable Idempotency idempotency,
    boolean retry,
    byte[] envelope) {

  /** Checks that all parts are there. */
  public NewJob {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(priority, "priority");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(envelope, "envelope");
  }

  /**
   * When a job becomes ready: at once if both are null, else one of them is set.
   *
   * @param delay counted from the engine's clock when the job arrives
   * @param instant an instant of the engine's clock
   */
  public record Start(@Nullable Duration delay, @Nullable Instant instant) {
    /** At once. */
    public static final Start NOW = new Start(null, null);
  }

  /**
   * A caller's own name for a job: while it is kept, a second enqueue answers the first job.
   *
   * @param key the name
   * @param keep how long it is kept, from the engine's clock
   */
  public record Idempotency(String key, Duration keep) {}
}
