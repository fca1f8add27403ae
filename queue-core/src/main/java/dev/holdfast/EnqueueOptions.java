package dev.holdfast;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.limit.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one job is enqueued. Immutable: each method returns changed options, so that {@code
 * EnqueueOptions.in(ofHours(24)).priority(HIGH)} reads as it is meant.
 */
public final class EnqueueOptions {
  private static final Duration LONGEST = Duration.ofDays(3660);
  private static final Duration IDEMPOTENCY_DEFAULT = Duration.ofHours(24);
  private static final int MOST_HEADERS = 32;
  private static final EnqueueOptions DEFAULTS = new EnqueueOptions(new Draft());

  private final @Nullable String queue;
  private final @Nullable Duration delay;
  private final @Nullable Instant instant;
  private final Priority priority;
  private final @Nullable String idempotencyKey;
  private final Duration idempotencyKept;
  private final boolean samePayload;
  private final @Nullable Uniqueness unique;
  private final @Nullable String limitKey;
  private final int cost;
  private final @Nullable String correlationId;
  private final @Nullable String traceparent;
  private final @Nullable JobId retryOf;
  private final Map<String, String> headers;

  private EnqueueOptions(Draft draft) {
    this.queue = draft.queue;
    this.delay = draft.delay;
    this.instant = draft.instant;
    this.priority = draft.priority;
    this.idempotencyKey = draft.idempotencyKey;
    this.idempotencyKept = draft.idempotencyKept;
    this.samePayload = draft.samePayload;
    this.unique = draft.unique;
    this.limitKey = draft.limitKey;
    this.cost = draft.cost;
    this.correlationId = draft.correlationId;
    this.traceparent = draft.traceparent;
    this.retryOf = draft.retryOf;
    this.headers = draft.headers;
  }

  /** The options while they are changed. */
  private static final class Draft {
    private @Nullable String queue;
    private @Nullable Duration delay;
    private @Nullable Instant instant;
    private Priority priority = Priority.NORMAL;
    private @Nullable String idempotencyKey;
    private Duration idempotencyKept = IDEMPOTENCY_DEFAULT;
    private boolean samePayload;
    private @Nullable Uniqueness unique;
    private @Nullable String limitKey;
    private int cost = 1;
    private @Nullable String correlationId;
    private @Nullable String traceparent;
    private @Nullable JobId retryOf;
    private Map<String, String> headers = Map.of();
  }

  private EnqueueOptions with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.queue = queue;
    draft.delay = delay;
    draft.instant = instant;
    draft.priority = priority;
    draft.idempotencyKey = idempotencyKey;
    draft.idempotencyKept = idempotencyKept;
    draft.samePayload = samePayload;
    draft.unique = unique;
    draft.limitKey = limitKey;
    draft.cost = cost;
    draft.correlationId = correlationId;
    draft.traceparent = traceparent;
    draft.retryOf = retryOf;
    draft.headers = headers;
    change.accept(draft);
    return new EnqueueOptions(draft);
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
    return DEFAULTS.with(draft -> draft.delay = delay);
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
    return DEFAULTS.with(draft -> draft.instant = instant);
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
    return with(
        draft -> {
          draft.queue = id.queue();
          draft.retryOf = id;
        });
  }

  /**
   * Sends the job to another queue than its type's.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public EnqueueOptions queue(String name) {
    Naming.queue(name);
    return with(draft -> draft.queue = name);
  }

  /** The lane the job waits in. Default normal. */
  public EnqueueOptions priority(Priority newPriority) {
    Objects.requireNonNull(newPriority, "priority");
    return with(draft -> draft.priority = newPriority);
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
    return with(
        draft -> {
          draft.idempotencyKey = key;
          draft.idempotencyKept = keep;
        });
  }

  /**
   * Refuses to take a job with another payload for this one: if one holds the idempotency key, the
   * enqueue throws {@link dev.holdfast.job.IdempotencyConflictException}. By default that job is
   * answered, and the payload of this call is dropped.
   *
   * <p>Payloads are compared as JSON, by 64 bits of a digest; the order of fields does not count.
   * Jobs of a version that kept no digest are the same as any. Nothing without an idempotency key.
   */
  public EnqueueOptions requireSamePayload() {
    return with(draft -> draft.samePayload = true);
  }

  /**
   * What to do if a job of the same type and unique key is in the queue. Default: add this one,
   * too. An idempotency key is looked at first.
   *
   * @throws InvalidJobException if it is a debounce, which says itself when the job starts, and
   *     these options have a delay or an instant
   */
  public EnqueueOptions unique(Uniqueness uniqueness) {
    Objects.requireNonNull(uniqueness, "uniqueness");
    if (uniqueness instanceof Uniqueness.Debounce && (delay != null || instant != null)) {
      throw new InvalidJobException(
          "a debounced job starts when it has been quiet; leave out its delay or instant");
    }
    return with(draft -> draft.unique = uniqueness);
  }

  /**
   * What this job is counted under by the limits that are set for keys: a tenant, an account, a
   * service that it calls. Default none: only the limits of its queue and type count.
   *
   * @param key 1 to 256 bytes of UTF-8 without control characters
   * @throws dev.holdfast.job.InvalidNameException if it is not
   */
  public EnqueueOptions limitKey(String key) {
    Naming.key("limit key", key);
    return with(draft -> draft.limitKey = key);
  }

  /**
   * How many permits of a rate limit each claim of this job takes. Default 1.
   *
   * @param permits 1 to 1,000,000
   * @throws InvalidJobException if it is out of range
   */
  public EnqueueOptions cost(int permits) {
    if (permits < 1 || permits > Rate.MOST) {
      throw new InvalidJobException("the cost is " + permits + "; it must be 1 to " + Rate.MOST);
    }
    return with(draft -> draft.cost = permits);
  }

  /**
   * An id that ties this job to the request it came from; it is in the handler's context, in the
   * MDC and in the job's status.
   *
   * @param id 1 to 256 bytes of UTF-8 without control characters
   * @throws dev.holdfast.job.InvalidNameException if it is not
   */
  public EnqueueOptions correlationId(String id) {
    Naming.key("correlation id", id);
    return with(draft -> draft.correlationId = id);
  }

  /**
   * The W3C trace context to carry, such as {@code 00-<trace id>-<span id>-01}.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is empty, too long or holds a control
   *     character
   */
  public EnqueueOptions traceparent(String value) {
    Naming.key("traceparent", value);
    return with(draft -> draft.traceparent = value);
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
    return with(draft -> draft.headers = Map.copyOf(more));
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

  /** Whether a job with another payload must not be taken for this one. */
  public boolean samePayload() {
    return samePayload;
  }

  /** What to do if a job of the same unique key is there, or null. */
  public @Nullable Uniqueness unique() {
    return unique;
  }

  /** What the limits of keys count it under, or null. */
  public @Nullable String limitKey() {
    return limitKey;
  }

  /** How many permits of a rate limit a claim takes. */
  public int cost() {
    return cost;
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
