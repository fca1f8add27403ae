package dev.holdfast;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one job is enqueued. Immutable: each method returns changed options, so that {@code
 * EnqueueOptions.in(ofHours(24)).priority(HIGH)} reads as it is meant.
 */
public final class EnqueueOptions {
  private static final Duration LONGEST = Duration.ofDays(3660);
  private static final Duration IDEMPOTENCY_DEFAULT = Duration.ofHours(24);
  private static final int MOST_HEADERS = 32;
  private static final EnqueueOptions DEFAULTS =
      new EnqueueOptions(
          null, null, null, Priority.NORMAL, null, IDEMPOTENCY_DEFAULT, null, null, null, Map.of());

  private final @Nullable String queue;
  private final @Nullable Duration delay;
  private final @Nullable Instant instant;
  private final Priority priority;
  private final @Nullable String idempotencyKey;
  private final Duration idempotencyKept;
  private final @Nullable String correlationId;
  private final @Nullable String traceparent;
  private final @Nullable JobId retryOf;
  private final Map<String, String> headers;

  private EnqueueOptions(
      @Nullable String queue,
      @Nullable Duration delay,
      @Nullable Instant instant,
      Priority priority,
      @Nullable String idempotencyKey,
      Duration idempotencyKept,
      @Nullable String correlationId,
      @Nullable String traceparent,
      @Nullable JobId retryOf,
      Map<String, String> headers) {
    this.queue = queue;
    this.delay = delay;
    this.instant = instant;
    this.priority = priority;
    this.idempotencyKey = idempotencyKey;
    this.idempotencyKept = idempotencyKept;
    this.correlationId = correlationId;
    this.traceparent = traceparent;
    this.retryOf = retryOf;
    this.headers = headers;
  }

  /** For now, in the queue of the job's type, at normal priority. */
  public static EnqueueOptions defaults() {
    return DEFAULTS;
  }

  /**
   * To be run after a delay, counted by the engine's clock from when it arrives.
   *
   * @param delay zero to 3,660 days
   * @throws InvalidJobException if it is null, negative or longer
   */
  public static EnqueueOptions in(Duration delay) {
    if (delay == null) {
      throw new InvalidJobException("delay is null; leave it out to run the job now");
    }
    if (delay.isNegative() || delay.compareTo(LONGEST) > 0) {
      throw new InvalidJobException(
          "delay is " + delay + "; it must be zero to " + LONGEST.toDays() + " days");
    }
    return DEFAULTS.with(null, delay, null);
  }

  /**
   * To be run at an instant of the engine's clock; a past instant means now.
   *
   * @param instant the epoch to the year 9999
   * @throws InvalidJobException if it is null, before the epoch or too far away to be stored
   */
  public static EnqueueOptions at(Instant instant) {
    if (instant == null) {
      throw new InvalidJobException("instant is null; leave it out to run the job now");
    }
    if (instant.isBefore(Instant.EPOCH)
        || instant.isAfter(Instant.parse("9999-12-31T23:59:59.999Z"))) {
      throw new InvalidJobException("instant " + instant + " is not between 1970 and 9999");
    }
    return DEFAULTS.with(null, null, instant);
  }

  /**
   * Retries an enqueue whose outcome was unknown: if the first call arrived, its job is answered.
   * Exact in the process that made the first call for 10 minutes, elsewhere while the job is kept.
   */
  public static EnqueueOptions retryOf(JobId id) {
    return DEFAULTS.retrying(id);
  }

  /** These options, for the retry of an enqueue whose outcome was unknown; see {@link #retryOf}. */
  public EnqueueOptions retrying(JobId id) {
    Objects.requireNonNull(id, "id");
    return new EnqueueOptions(
        id.queue(),
        delay,
        instant,
        priority,
        idempotencyKey,
        idempotencyKept,
        correlationId,
        traceparent,
        id,
        headers);
  }

  private EnqueueOptions with(
      @Nullable String newQueue, @Nullable Duration newDelay, @Nullable Instant newInstant) {
    return new EnqueueOptions(
        newQueue,
        newDelay,
        newInstant,
        priority,
        idempotencyKey,
        idempotencyKept,
        correlationId,
        traceparent,
        retryOf,
        headers);
  }

  /**
   * Sends the job to another queue than its type's.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public EnqueueOptions queue(String name) {
    return with(Naming.queue(name), delay, instant);
  }

  /** The lane the job waits in. Default normal. */
  public EnqueueOptions priority(Priority newPriority) {
    return new EnqueueOptions(
        queue,
        delay,
        instant,
        Objects.requireNonNull(newPriority, "priority"),
        idempotencyKey,
        idempotencyKept,
        correlationId,
        traceparent,
        retryOf,
        headers);
  }

  /**
   * The caller's own name for this job, kept for 24 hours: until then, enqueueing with the same key
   * in the same queue answers this job instead of adding another, whatever became of it.
   *
   * @param key 1 to 256 bytes of UTF-8 without control characters
   * @throws dev.holdfast.job.InvalidNameException if it is not
   */
  public EnqueueOptions idempotencyKey(String key) {
    return idempotencyKey(key, IDEMPOTENCY_DEFAULT);
  }

  /**
   * The caller's own name for this job; see {@link #idempotencyKey(String)}.
   *
   * @param keep how long it is kept, 1 s to 366 days
   * @throws InvalidJobException if it is kept too short or too long
   */
  public EnqueueOptions idempotencyKey(String key, Duration keep) {
    Naming.key("idempotency key", key);
    if (keep.compareTo(Duration.ofSeconds(1)) < 0 || keep.compareTo(Duration.ofDays(366)) > 0) {
      throw new InvalidJobException(
          "an idempotency key is kept for " + keep + "; it must be 1 s to 366 days");
    }
    return new EnqueueOptions(
        queue, delay, instant, priority, key, keep, correlationId, traceparent, retryOf, headers);
  }

  /**
   * An id that ties this job to the request it came from; it is in the handler's context, in the
   * MDC and in the job's status.
   *
   * @param id 1 to 256 bytes of UTF-8 without control characters
   * @throws dev.holdfast.job.InvalidNameException if it is not
   */
  public EnqueueOptions correlationId(String id) {
    return new EnqueueOptions(
        queue,
        delay,
        instant,
        priority,
        idempotencyKey,
        idempotencyKept,
        Naming.key("correlation id", id),
        traceparent,
        retryOf,
        headers);
  }

  /**
   * The W3C trace context to carry, such as {@code 00-<trace id>-<span id>-01}.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is empty, too long or holds a control
   *     character
   */
  public EnqueueOptions traceparent(String value) {
    return new EnqueueOptions(
        queue,
        delay,
        instant,
        priority,
        idempotencyKey,
        idempotencyKept,
        correlationId,
        Naming.key("traceparent", value),
        retryOf,
        headers);
  }

  /**
   * Adds a header the handler can read. At most 32 a job.
   *
   * @param name a name as of a queue
   * @param value 1 to 256 bytes of UTF-8 without control characters
   * @throws dev.holdfast.job.InvalidNameException if one is not
   * @throws InvalidJobException if there are too many
   */
  public EnqueueOptions header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(Naming.name("header name", name), Naming.key("header " + name, value));
    if (more.size() > MOST_HEADERS) {
      throw new InvalidJobException("more than " + MOST_HEADERS + " headers");
    }
    return new EnqueueOptions(
        queue,
        delay,
        instant,
        priority,
        idempotencyKey,
        idempotencyKept,
        correlationId,
        traceparent,
        retryOf,
        Map.copyOf(more));
  }

  /** The queue to use instead of the type's, or null. */
  public @Nullable String queue() {
    return queue;
  }

  /** The delay, or null. */
  public @Nullable Duration delay() {
    return delay;
  }

  /** The instant, or null. */
  public @Nullable Instant instant() {
    return instant;
  }

  /** The lane. */
  public Priority priority() {
    return priority;
  }

  /** The idempotency key, or null. */
  public @Nullable String idempotencyKey() {
    return idempotencyKey;
  }

  /** How long the idempotency key is kept, if there is one. */
  public Duration idempotencyKept() {
    return idempotencyKept;
  }

  /** The correlation id, or null. */
  public @Nullable String correlationId() {
    return correlationId;
  }

  /** The trace context, or null. */
  public @Nullable String traceparent() {
    return traceparent;
  }

  /** The id of the enqueue this one retries, or null. */
  public @Nullable JobId retryOf() {
    return retryOf;
  }

  /** The headers, unmodifiable. */
  public Map<String, String> headers() {
    return headers;
  }
}
