package dev.holdfast.schedule;

import dev.holdfast.job.ScheduleTick;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the job of a tick carries, beside what its schedule says. */
public final class TickJobs {
  private static final int REMEMBERED = 100;
  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final Duration MOST = Duration.ofDays(90);

  private TickJobs() {}

  /**
   * The idempotency key of a tick: {@code tick:<schedule>:<nominal instant, epoch ms>}. Whoever
   * enqueues for a tick by it (a worker, a backfill, a request from outside) makes one job.
   */
  public static String key(String schedule, Instant nominal) {
    return "tick:" + schedule + ":" + nominal.toEpochMilli();
  }

  /**
   * How long a tick is remembered: {@code min(90 d, max(1 min, 100 · (following − nominal)))}, one
   * hundred ticks of a regular schedule; 90 days if none follows.
   */
  public static Duration kept(Instant nominal, @Nullable Instant following) {
    if (following == null) {
      return MOST;
    }
    Duration gap = Duration.between(nominal, following);
    if (gap.compareTo(MOST) > 0) {
      return MOST;
    }
    Duration kept = gap.multipliedBy(REMEMBERED);
    return kept.compareTo(LEAST) < 0 ? LEAST : kept.compareTo(MOST) > 0 ? MOST : kept;
  }

  /** The headers of a tick's job: its schedule's, and the tick. */
  public static Map<String, String> headers(ScheduleDefinition definition, ScheduleTick tick) {
    Map<String, String> headers = new HashMap<>(definition.headers());
    headers.put(ScheduleTick.HEADER, tick.encode());
    return headers;
  }
}
