package dev.holdfast.examples.docs;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.JobQueue;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobType;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import java.time.Duration;

/** The code that {@code docs/flow-control.md} shows; {@code DocsTest} compares. */
final class DocLimits {
  private DocLimits() {}

  /** A payload. */
  @JobType(value = "shop.import", queue = "shop")
  record ImportOrders(long tenantId) {}

  static void limit(Holdfast holdfast) {
    // tag::limits[]
    JobQueue shop = holdfast.queue("shop");
    shop.limit(LimitScope.eachKey(), Limit.concurrency(2)); // two of each tenant at once
    shop.limit(
        LimitScope.type("shop.report"), Limit.concurrency(1)); // one report at once, anywhere
    shop.limit(
        LimitScope.key("payment-api"),
        Limit.rate(Rate.of(60, Duration.ofMinutes(1)).burst(5)).withConcurrency(4));

    holdfast.enqueue(new ImportOrders(7), EnqueueOptions.defaults().limitKey("tenant:7"));
    // end::limits[]
  }

  static void backOff(JobContext context) {
    // tag::back-off[]
    throw context.backOff(Duration.ofSeconds(30));
    // end::back-off[]
  }
}
