package dev.holdfast.examples.productsync;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.EnqueueResult;
import dev.holdfast.Holdfast;
import dev.holdfast.JobRequest;
import dev.holdfast.examples.productsync.ShopClient.TooManyRequestsException;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.schedule.Recurring;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the shop how much there is and enqueues a job for every ten pages.
 *
 * <p>It may run twice for one tick, when a worker dies before the end is known. So each page job
 * has a key made of the tick and its first page: what the first run has enqueued is not enqueued
 * again. Returns how many page jobs there are.
 */
@HandlesJob(maxAttempts = 5, timeout = "PT1M")
@Recurring(name = StartSyncHandler.SCHEDULE, cron = "@hourly", zone = "UTC")
public final class StartSyncHandler implements ResultHandler<StartSync, Integer> {
  static final String SCHEDULE = "products.sync";

  private final Holdfast holdfast;
  private final ShopClient shop;

  StartSyncHandler(Holdfast holdfast, ShopClient shop) {
    this.holdfast = holdfast;
    this.shop = shop;
  }

  @Override
  public Integer handle(StartSync job, JobContext context) throws Exception {
    int pages;
    try {
      pages = shop.catalogue().pages();
    } catch (TooManyRequestsException e) {
      throw context.snooze(e.retryAfter());
    }
    Instant tick = context.tick().map(ScheduleTick::nominal).orElse(context.enqueuedAt());
    List<JobRequest> jobs = new ArrayList<>();
    for (int first = 0; first < pages; first += SyncPages.PAGES) {
      SyncPages some = new SyncPages(first, Math.min(pages, first + SyncPages.PAGES));
      EnqueueOptions options =
          EnqueueOptions.defaults()
              .limitKey(ShopLimit.KEY)
              .idempotencyKey("sync:" + tick + ":" + first);
      jobs.add(JobRequest.of(some, options));
    }
    holdfast.enqueueAll(jobs).forEach(StartSyncHandler::require);
    return jobs.size();
  }

  /** One that is not there for certain fails the attempt; the next one enqueues what is missing. */
  private static void require(EnqueueResult result) {
    HoldfastException fault =
        result.match(enqueued -> null, rejected -> rejected.cause(), unknown -> unknown.cause());
    if (fault != null) {
      throw fault;
    }
  }
}
