package dev.holdfast.schedule;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a schedule for a handler: its jobs are enqueued by themselves. The worker that the
 * handler is registered with declares it, with the other schedules of its application, when it
 * starts: see {@code Worker.Builder.schedules}.
 *
 * <pre>{@code
 * @Recurring(name = "invoices.archive", cron = "0 6 1 * *", zone = "Europe/Paris")
 * final class ArchiveInvoicesHandler implements JobHandler<ArchiveInvoices> { … }
 * }</pre>
 *
 * <p>Either {@code cron} and {@code zone} are given, or {@code every} and {@code anchor}. Durations
 * are ISO-8601, such as {@code PT15M}; instants, too, such as {@code 2026-01-01T00:00:00Z}. Values
 * are checked when the worker starts. What has more to it is made with {@link Schedule#builder}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Recurring.All.class)
public @interface Recurring {
  /** The schedule's name, one of its kind in the queue: 1 to 128 of {@code A-Z a-z 0-9 . _ -}. */
  String name();

  /** A cron expression of 5 or 6 fields, or a name such as {@code @daily}. */
  String cron() default "";

  /** The IANA zone of the cron expression; there is no default one. */
  String zone() default "";

  /** An interval, 1 s to 3,660 days. */
  String every() default "";

  /** The first tick of an interval; all others are counted from it. Default 1970. */
  String anchor() default "1970-01-01T00:00:00Z";

  /** The payload of every job, JSON. Default an object without fields. */
  String payload() default "{}";

  /** What becomes of wall times that do not exist. */
  DstGap gap() default DstGap.BY_PATTERN;

  /** What becomes of wall times that come twice. */
  DstOverlap overlap() default DstOverlap.BY_PATTERN;

  /** What becomes of missed ticks; {@code FIRE_ALL} is 100 at most, within a day. */
  Misfire.Kind misfire() default Misfire.Kind.FIRE_ONCE;

  /** What becomes of a tick while an earlier job has not ended. */
  RunOverlap whileRunning() default RunOverlap.SKIP;

  /** The window of the spread, zero to one day. */
  String spread() default "PT0S";

  /** Several of them at one handler. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface All {
    /** The schedules. */
    Recurring[] value();
  }
}
