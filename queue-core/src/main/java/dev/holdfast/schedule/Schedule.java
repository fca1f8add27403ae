package dev.holdfast.schedule;

import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import dev.holdfast.job.ScheduleTick;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that is to be enqueued again and again. Declared for an application when its worker starts,
 * or put by {@link Schedules#put}. Immutable.
 *
 * <pre>{@code
 * Schedule.builder("invoices.archive", new ArchiveInvoices())
 *     .cron("0 6 1 * *", ZoneId.of("Europe/Paris"))
 *     .misfire(Misfire.fireAll(12, Duration.ofDays(366)))
 *     .build()
 * }</pre>
 *
 * @param name its name, one of its kind in the queue of its job: 1 to 128 characters of {@code A-Z
 *     a-z 0-9 . _ -}
 * @param job the payload of every job it enqueues; its class has a {@code JobType}, which says the
 *     queue
 * @param timing when it fires
 * @param misfire what becomes of missed ticks
 * @param whileRunning what becomes of a tick while an earlier job has not ended
 * @param priority the priority of its jobs
 * @param headers the headers of its jobs
 */
public record Schedule(
    String name,
    Object job,
    Timing timing,
    Misfire misfire,
    RunOverlap whileRunning,
    Priority priority,
    Map<String, String> headers) {
  private static final int MOST_HEADERS = 31;

  /** Checks the name, and that all parts are there. */
  public Schedule {
    Naming.name("schedule name", name);
    Objects.requireNonNull(job, "job");
    Objects.requireNonNull(timing, "timing");
    Objects.requireNonNull(misfire, "misfire");
    Objects.requireNonNull(whileRunning, "whileRunning");
    Objects.requireNonNull(priority, "priority");
    headers = Map.copyOf(headers);
  }

  /**
   * Begins a schedule.
   *
   * @param name its name
   * @param job the payload of every job it enqueues, written as JSON once, when it is declared
   */
  public static Builder builder(String name, Object job) {
    return new Builder(name, job);
  }

  /** The next ticks after an instant, by their nominal instants; fewer if the schedule ends. */
  public List<Instant> next(Instant after, int count) {
    return timing.next(after, count);
  }

  /**
   * How much later than its nominal instants a schedule fires: a number that follows from its name,
   * of {@code [0, window)}.
   *
   * @param window zero to one day; of less than a millisecond comes none
   */
  static Duration spreadOf(String name, Duration window) {
    long millis = window.toMillis();
    if (millis <= 0) {
      return Duration.ZERO;
    }
    // FNV-1a, 64 bits, and then mixed: of names that differ in their last letter alone its high
    // bits say little.
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    return Duration.ofMillis(Long.remainderUnsigned(hash, millis));
  }

  /** Collects what a schedule is made of. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final Object job;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable When when;
    private @Nullable Instant from;
    private @Nullable Instant until;
    private Duration window = Duration.ZERO;
    private Misfire misfire = Misfire.fireOnce();
    private RunOverlap whileRunning = RunOverlap.SKIP;
    private Priority priority = Priority.NORMAL;

    private Builder(String name, Object job) {
      this.name = Naming.name("schedule name", name);
      this.job = Objects.requireNonNull(job, "job");
    }

    /**
     * Fires at the wall times of a cron expression.
     *
     * @param zone an IANA zone; there is no default
     * @throws InvalidScheduleException if the expression is none, or the zone is no IANA zone
     */
    public Builder cron(String expression, ZoneId zone) {
      return when(Cron.of(expression, zone));
    }

    /**
     * Fires at fixed intervals.
     *
     * @param interval 1 s to 3,660 days, whole milliseconds
     * @param anchor the first tick; all others are counted from it
     * @throws InvalidScheduleException if one is out of range
     */
    public Builder every(Duration interval, Instant anchor) {
      return when(new Every(interval, anchor));
    }

    /** Fires when this says. Required, unless {@link #cron} or {@link #every} is called. */
    public Builder when(When newWhen) {
      when = Objects.requireNonNull(newWhen, "newWhen");
      return this;
    }

    /** No tick before this instant. Default: no bound. 1970 to 9999, whole milliseconds. */
    public Builder from(Instant first) {
      from = Objects.requireNonNull(first, "first");
      return this;
    }

    /** No tick at or after this instant. Default: no bound. 1970 to 9999, whole milliseconds. */
    public Builder until(Instant end) {
      until = Objects.requireNonNull(end, "end");
      return this;
    }

    /**
     * Fires every tick later by an amount that follows from the schedule's name, at random of a
     * window, and is the same for ever: so that a hundred schedules of midnight do not come at
     * once. The nominal instants stay. Default zero.
     *
     * @param newWindow zero to one day
     */
    public Builder spread(Duration newWindow) {
      window = Objects.requireNonNull(newWindow, "newWindow");
      return this;
    }

    /** What becomes of missed ticks. Default {@link Misfire#fireOnce()}. */
    public Builder misfire(Misfire newMisfire) {
      misfire = Objects.requireNonNull(newMisfire, "newMisfire");
      return this;
    }

    /** What becomes of a tick while an earlier job has not ended. Default SKIP. */
    public Builder whileRunning(RunOverlap newWhileRunning) {
      whileRunning = Objects.requireNonNull(newWhileRunning, "newWhileRunning");
      return this;
    }

    /** The priority of its jobs. Default NORMAL. */
    public Builder priority(Priority newPriority) {
      priority = Objects.requireNonNull(newPriority, "newPriority");
      return this;
    }

    /**
     * Adds a header to its jobs. Default none; at most 31.
     *
     * @param header as a queue name; not {@link ScheduleTick#HEADER}
     * @param value 1 to 256 bytes of UTF-8 without control characters
     */
    public Builder header(String header, String value) {
      headers.put(
          Naming.name("header name", header), Naming.key("value of header " + header, value));
      return this;
    }

    /**
     * Makes the schedule.
     *
     * @throws InvalidScheduleException if it says not when it fires, would never fire, or a setting
     *     is out of range
     */
    public Schedule build() {
      When set = when;
      if (set == null) {
        throw new InvalidScheduleException(
            "schedule " + name + " does not say when it fires: call cron(…) or every(…)");
      }
      if (window.isNegative() || window.compareTo(Duration.ofDays(1)) > 0) {
        throw new InvalidScheduleException(
            "the spread of schedule " + name + " is " + window + "; it must be zero to one day");
      }
      if (headers.size() > MOST_HEADERS || headers.containsKey(ScheduleTick.HEADER)) {
        throw new InvalidScheduleException(
            "schedule "
                + name
                + " has "
                + headers.size()
                + " headers; at most 31, and "
                + ScheduleTick.HEADER
                + " is Holdfast's own");
      }
      Timing timing = new Timing(set, from, until, spreadOf(name, window));
      return new Schedule(name, job, timing, misfire, whileRunning, priority, headers);
    }
  }
}
