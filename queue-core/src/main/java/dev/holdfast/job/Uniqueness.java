package dev.holdfast.job;

import java.time.Duration;
import java.util.function.Function;

/**
 * What an enqueue does if a job of the same type, rule and key is in the queue already.
 *
 * <p>A key belongs to its queue, its job type and its rule: {@code untilFinished("user:7")} of two
 * types are two keys, and so are {@code untilFinished("user:7")} and {@code untilStarted("user:7")}
 * of one type. The engine decides in the same atomic step that adds the job, by its own clock, so
 * that of many callers at once one adds it. No key has a lifetime of its own beside what its rule
 * says: the key of a job that died, was cancelled, deleted or purged is free.
 *
 * <p>A job has <em>started</em> from its first claim on, whatever becomes of that attempt. It has
 * <em>finished</em> once it succeeded, died or was cancelled.
 *
 * <p>Values are immutable. Keys are 1 to 256 bytes of UTF-8 without control characters, durations 1
 * ms to 366 days; what breaks that is refused with an {@link InvalidNameException} or an {@link
 * InvalidJobException}.
 */
public sealed interface Uniqueness
    permits Uniqueness.UntilStarted,
        Uniqueness.UntilFinished,
        Uniqueness.ForWindow,
        Uniqueness.Throttle,
        Uniqueness.Debounce,
        Uniqueness.KeepLatest {
  /** The caller's name for what must not be queued twice. */
  String key();

  /** One job that waits: the first is kept until a worker claims it. */
  static Uniqueness untilStarted(String key) {
    return new UntilStarted(key);
  }

  /** One job that waits or runs: the first is kept until it has finished. */
  static Uniqueness untilFinished(String key) {
    return new UntilFinished(key);
  }

  /** One job in a window that opens with it, whatever becomes of the job. */
  static Uniqueness forWindow(String key, Duration window) {
    return new ForWindow(key, window);
  }

  /** At most so many jobs in a period that opens with the first of them. */
  static Uniqueness throttle(String key, int most, Duration period) {
    return new Throttle(key, most, period);
  }

  /**
   * One job, once it has been quiet for a while: each call puts its payload in and moves the start
   * to {@code min(now + quiet, first call + maxWait)}.
   */
  static Uniqueness debounce(String key, Duration quiet, Duration maxWait) {
    return new Debounce(key, quiet, maxWait);
  }

  /**
   * One job that waits, with the payload of the last call. A run that is suspended, or has written
   * something, has begun: it keeps its payload, and the call adds another job.
   */
  static Uniqueness keepLatest(String key) {
    return new KeepLatest(key);
  }

  /** Calls the function for the rule at hand. */
  default <T> T match(
      Function<UntilStarted, T> untilStarted,
      Function<UntilFinished, T> untilFinished,
      Function<ForWindow, T> forWindow,
      Function<Throttle, T> throttle,
      Function<Debounce, T> debounce,
      Function<KeepLatest, T> keepLatest) {
    if (this instanceof UntilStarted rule) {
      return untilStarted.apply(rule);
    } else if (this instanceof UntilFinished rule) {
      return untilFinished.apply(rule);
    } else if (this instanceof ForWindow rule) {
      return forWindow.apply(rule);
    } else if (this instanceof Throttle rule) {
      return throttle.apply(rule);
    } else if (this instanceof Debounce rule) {
      return debounce.apply(rule);
    }
    return keepLatest.apply((KeepLatest) this);
  }

  /**
   * The first job is answered until a worker claims it. A retry, snooze, crash or redrive does not
   * take the key again.
   */
  record UntilStarted(String key) implements Uniqueness {
    /** Checks the key. */
    public UntilStarted {
      UniqueBounds.key(key);
    }
  }

  /**
   * The first job is answered until it succeeded, died or was cancelled; through retries, snoozes
   * and crashes. A redrive takes the key again, or is refused while another job holds it.
   */
  record UntilFinished(String key) implements Uniqueness {
    /** Checks the key. */
    public UntilFinished {
      UniqueBounds.key(key);
    }
  }

  /**
   * The first job is answered for a while, counted from its enqueue, whatever became of it.
   *
   * @param window how long
   */
  record ForWindow(String key, Duration window) implements Uniqueness {
    /** Checks key and window. */
    public ForWindow {
      UniqueBounds.key(key);
      UniqueBounds.duration("window", window);
    }
  }

  /**
   * The first jobs of a period are added, later ones are answered the last that was. A period opens
   * with the first job that finds none open; so two periods that meet let through twice as many.
   *
   * @param most how many, 1 to 1,000,000
   * @param period how long
   */
  record Throttle(String key, int most, Duration period) implements Uniqueness {
    /** Checks key, number and period. */
    public Throttle {
      UniqueBounds.key(key);
      if (most < 1 || most > 1_000_000) {
        throw new InvalidJobException("most is " + most + "; it must be 1 to 1,000,000");
      }
      UniqueBounds.duration("period", period);
    }
  }

  /**
   * One job that is due once no call came for {@code quiet}, and at the latest {@code maxWait}
   * after the first call. Each call replaces its payload, correlation id, trace context and
   * headers. A call after the due time and before the claim still does, and moves nothing. From its
   * first claim on the key is free.
   *
   * @param quiet how long no call must come
   * @param maxWait the longest wait since the first call, {@code quiet} at least
   */
  record Debounce(String key, Duration quiet, Duration maxWait) implements Uniqueness {
    /** Checks key and durations. */
    public Debounce {
      UniqueBounds.key(key);
      UniqueBounds.duration("quiet", quiet);
      UniqueBounds.duration("maxWait", maxWait);
      if (maxWait.compareTo(quiet) < 0) {
        throw new InvalidJobException(
            "maxWait is " + maxWait + ", shorter than quiet, which is " + quiet);
      }
    }
  }

  /**
   * As long as a job waits, each call replaces its payload, correlation id, trace context and
   * headers; its id, place and priority stay. While it runs, a new job is added, and takes the key:
   * should the older one then fail, it is not attempted again but ends as cancelled, reason
   * SUPERSEDED. So an older payload never runs after a newer one has.
   */
  record KeepLatest(String key) implements Uniqueness {
    /** Checks the key. */
    public KeepLatest {
      UniqueBounds.key(key);
    }
  }
}
