package dev.holdfast.examples.productsync;

import dev.holdfast.JobQueue;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import java.time.Duration;

/**
 * How many requests the queue lets through, so that the shop refuses none.
 *
 * <p>A permit is taken when a job is claimed, and its request reaches the shop a moment later: the
 * worker may be busy, its JVM may collect garbage. What can come of that has a bound. The requests
 * of any one minute belong to claims of that minute, {@link #PER_MINUTE} + {@link #BURST} at most,
 * or to jobs that were claimed before and are still held, {@link #AT_ONCE} at most. One more is the
 * hourly look at the catalogue, which is under no limit. So whatever is late by whatever time, it
 * is 54 + 2 + 3 + 1 = 60 at most.
 *
 * <p>The burst makes up for a permit that is used a little late, for a little is much of the 37 ms
 * from one to the next at speed 30. At speed 1 that is 1.1 s, and a burst of 1 would do.
 */
final class ShopLimit {
  /** What all requests to the shop are counted under, in the queue {@link SyncPages#QUEUE}. */
  static final String KEY = "shop-api";

  static final int AT_ONCE = 3;
  static final int BURST = 2;
  static final int PER_MINUTE = ShopServer.PER_MINUTE - BURST - AT_ONCE - 1;

  private ShopLimit() {}

  /** Sets it for all workers, for good. */
  static void set(JobQueue queue, Tempo tempo) {
    Rate rate = Rate.of(PER_MINUTE, tempo.real(Duration.ofMinutes(1))).burst(BURST);
    queue.limit(LimitScope.key(KEY), Limit.rate(rate).withConcurrency(AT_ONCE));
  }
}
