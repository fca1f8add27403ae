package dev.holdfast.spi;

import dev.holdfast.job.Priority;
import dev.holdfast.job.Uniqueness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
 * @param unique what to do if a job of its type has the same unique key, or null
 * @param limitKey what it is counted under by the limits of keys, or null
 * @param cost how many permits of a rate its claim takes, from 1
 * @param ties what binds it to others, or null
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
    @Nullable Uniqueness unique,
    @Nullable String limitKey,
    int cost,
    @Nullable Ties ties,
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

  /** A job without ties. */
  public NewJob(
      String key,
      String type,
      Priority priority,
      Start start,
      @Nullable Idempotency idempotency,
      @Nullable Uniqueness unique,
      @Nullable String limitKey,
      int cost,
      boolean retry,
      byte[] envelope) {
    this(key, type, priority, start, idempotency, unique, limitKey, cost, null, retry, envelope);
  }

  /** A job without a limit key. */
  public NewJob(
      String key,
      String type,
      Priority priority,
      Start start,
      @Nullable Idempotency idempotency,
      @Nullable Uniqueness unique,
      boolean retry,
      byte[] envelope) {
    this(key, type, priority, start, idempotency, unique, null, 1, retry, envelope);
  }

  /** A job without a unique or limit key. */
  public NewJob(
      String key,
      String type,
      Priority priority,
      Start start,
      @Nullable Idempotency idempotency,
      boolean retry,
      byte[] envelope) {
    this(key, type, priority, start, idempotency, null, retry, envelope);
  }

  /** The same job, an earlier enqueue of which may have arrived. */
  public NewJob retried() {
    return new NewJob(
        key, type, priority, start, idempotency, unique, limitKey, cost, ties, true, envelope);
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
   * What binds a job to others. A job with a parent has neither an idempotency nor a unique key:
   * else another job could be answered, whose end is not told.
   *
   * @param subjects what its run listens for from the moment it is added; see {@link Runs#spread}
   * @param parent the job that is told when this one ends, as text of its id; or null
   * @param bare whether the parent is told how it ended only, not with what
   */
  public record Ties(List<String> subjects, @Nullable String parent, boolean bare) {
    /** Copies the list. */
    public Ties {
      subjects = List.copyOf(subjects);
    }
  }

  /**
   * A caller's own name for a job: while it is kept, a second enqueue answers the first job. It is
   * taken by an enqueue that adds a job, or puts its payload into one that waits.
   *
   * @param key the name
   * @param keep how long it is kept, from the engine's clock
   * @param payload what the payload is told by from others, 16 hexadecimal digits; null: unknown,
   *     and the same as any
   * @param samePayload whether a job with another payload is a conflict
   */
  public record Idempotency(
      String key, Duration keep, @Nullable String payload, boolean samePayload) {
    /** A name that answers its job whatever the payload. */
    public Idempotency(String key, Duration keep) {
      this(key, keep, null, false);
    }
  }
}
