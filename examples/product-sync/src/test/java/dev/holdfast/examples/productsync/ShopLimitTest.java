package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bound that {@link ShopLimit} gives, against the shop's own limiter. */
class ShopLimitTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long PERMIT = MINUTE / ShopLimit.PER_MINUTE;

  /** What happens at an instant: a request arrives at the shop, or a job is held no longer. */
  private record Event(long at, boolean request) {}

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void the_shop_refuses_nothing_however_late_the_requests_are(int seed) {
    Random random = new Random(seed);
    SlidingWindow window = new SlidingWindow();
    PriorityQueue<Event> events =
        new PriorityQueue<>((one, other) -> Long.compare(one.at(), other.at()));
    events.add(new Event((long) (random.nextDouble() * 10 * MINUTE), true)); // the catalogue
    long allPermitsAt = 0; // as the queue's limiter keeps it
    long now = 0;
    int held = 0;
    while (now < 20 * MINUTE) {
      long claimAt = Math.max(now, allPermitsAt - (ShopLimit.BURST - 1) * PERMIT);
      Event next = events.peek();
      if (held < ShopLimit.AT_ONCE && (next == null || claimAt <= next.at())) {
        now = claimAt;
        allPermitsAt = Math.max(allPermitsAt, now) + PERMIT;
        held++;
        long arrives = now + delay(random);
        events.add(new Event(arrives, true));
        events.add(new Event(arrives + 1 + delay(random) / 2, false));
      } else {
        events.poll();
        now = next.at();
        if (next.request()) {
          assertThat(window.ask(Duration.ofNanos(now), ShopServer.PER_MINUTE))
              .as("the wait that the shop asks for at %s, seed %d", Duration.ofNanos(now), seed)
              .isZero();
        } else {
          held--;
        }
      }
    }
  }

  /** Mostly none to speak of, now and then up to two minutes: a process that was stopped. */
  private static long delay(Random random) {
    return (long) (random.nextDouble() * (random.nextInt(30) == 0 ? 2 * MINUTE : PERMIT / 4));
  }
}
