package dev.holdfast.examples.docs;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobType;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.schedule.BackfillResult;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.Recurring;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.Schedules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** The code that {@code docs/schedules.md} shows; {@code DocsTest} compares. */
final class DocSchedules {
  private DocSchedules() {}

  @JobType(value = "invoices.archive", queue = "billing")
  record ArchiveInvoices() {}

  static final class ArchiveInvoicesHandler implements JobHandler<ArchiveInvoices> {
    @Override
    public void handle(ArchiveInvoices job, JobContext context) {}
  }

  @JobType(value = "stock.sync", queue = "stock")
  record SyncStock() {}

  static final class SyncStockHandler implements JobHandler<SyncStock> {
    @Override
    public void handle(SyncStock job, JobContext context) {}
  }

  @JobType(value = "sessions.sweep", queue = "sessions")
  record SweepSessions() {}

  @JobType(value = "customer.report", queue = "reports")
  record CustomerReport(long customer) {}

  /** Where sessions are kept. */
  interface Sessions {
    /** Removes what is older. */
    void removeBefore(Instant instant);
  }

  private static Sessions sessions = instant -> {};

  static void use(Sessions other) {
    sessions = other;
  }

  // tag::recurring[]
  @Recurring(name = "sessions.sweep", cron = "*/10 * * * *", zone = "UTC")
  public static final class SweepSessionsHandler implements JobHandler<SweepSessions> {
    @Override
    public void handle(SweepSessions job, JobContext context) {
      Instant nominal = context.tick().map(ScheduleTick::nominal).orElse(context.enqueuedAt());
      sessions.removeBefore(nominal.minus(Duration.ofHours(1)));
    }
  }

  // end::recurring[]

  static Worker declare(Holdfast holdfast) {
    // tag::declare-schedules[]
    Schedule archive =
        Schedule.builder("invoices.archive", new ArchiveInvoices())
            .cron("0 6 1 * *", ZoneId.of("Europe/Paris"))
            .misfire(Misfire.fireAll(12, Duration.ofDays(366)))
            .build();
    Schedule sync =
        Schedule.builder("stock.sync", new SyncStock())
            .every(Duration.ofMinutes(15), Instant.parse("2026-01-01T00:00:00Z"))
            .whileRunning(RunOverlap.QUEUE_ONE)
            .spread(Duration.ofMinutes(5))
            .build();

    Worker worker =
        Worker.on(holdfast)
            .handler(new ArchiveInvoicesHandler())
            .handler(new SyncStockHandler())
            .schedules("billing", List.of(archive, sync))
            .start();
    // end::declare-schedules[]
    return worker;
  }

  static List<Object> operate(Holdfast holdfast, Instant lastWeek, Instant yesterday) {
    // tag::operate-schedules[]
    Schedules schedules = holdfast.schedules();
    schedules.put(
        Schedule.builder("customer-7.report", new CustomerReport(7))
            .cron("0 8 * * MON", ZoneId.of("America/New_York"))
            .build());
    ScheduleId id = new ScheduleId("reports", "customer-7.report");
    List<Instant> next = schedules.next(id, 5);
    schedules.pause(id);
    schedules.resume(id);
    JobId now = schedules.triggerNow(id);
    BackfillResult filled = schedules.backfill(id, lastWeek, yesterday);
    schedules.remove(id);
    // end::operate-schedules[]
    return List.of(next, now, filled);
  }
}
