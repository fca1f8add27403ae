package dev.holdfast.examples.productsync;

import dev.holdfast.examples.productsync.ShopClient.TooManyRequestsException;
import dev.holdfast.job.HandlesJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import java.time.Duration;
import java.util.List;

/**
 * Copies the next page, remembers how far it is, and gets in line again for the page after it.
 *
 * <p>A permit of the shop's rate is taken with each claim, so each claim makes one request. The
 * checkpoint carries the job from page to page; that it also carries it over the death of a worker
 * comes with it.
 *
 * <p>A page may be copied twice, when a worker dies after it was stored and before the checkpoint
 * was. {@link ProductTable} bears that.
 */
@HandlesJob(maxAttempts = 5, timeout = "PT30S")
public final class SyncPagesHandler implements JobHandler<SyncPages> {
  private final ShopClient shop;
  private final ProductTable products;

  SyncPagesHandler(ShopClient shop, ProductTable products) {
    this.shop = shop;
    this.products = products;
  }

  @Override
  public void handle(SyncPages job, JobContext context) throws Exception {
    int page = context.checkpoint(Integer.class).orElse(job.first());
    if (context.counters().crashes() > 0) {
      context.log("its worker died; goes on at page " + page);
    }

    List<Product> copied;
    try {
      copied = shop.page(page);
    } catch (TooManyRequestsException e) {
      throw context.backOff(e.retryAfter()); // nobody asks the shop until then
    }
    products.store(copied);

    int next = page + 1;
    context.checkpoint(next);
    int done = next - job.first();
    int all = job.end() - job.first();
    context.progress((double) done / all, done + " of " + all + " pages");
    if (next < job.end()) {
      throw context.snooze(Duration.ZERO);
    }
  }
}
