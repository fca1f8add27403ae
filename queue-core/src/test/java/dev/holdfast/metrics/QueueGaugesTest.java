package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.QueueStats;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class QueueGaugesTest {
  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final MicrometerMeters meters = MicrometerMeters.on(registry);
  private final AtomicInteger reads = new AtomicInteger();

  private static QueueStats ready(long ready) {
    return new QueueStats(ready, 2, 6, 3, 4, 5, Duration.ofMillis(1500), null, false);
  }

  /** A queue with as many ready jobs as it was read. */
  private QueueStats counted() {
    return ready(reads.incrementAndGet());
  }

  private double jobs(String state) {
    return registry.get("holdfast.jobs").tags("queue", "q", "state", state).gauge().value();
  }

  private double age() {
    return registry.get("holdfast.oldest.ready.age").tags("queue", "q").gauge().value();
  }

  @Nested
  class Reading {
    @Test
    void a_watched_queue_shows_its_jobs_by_state_and_its_oldest_age() {
      meters.watch("q", () -> ready(1));

      assertThat(jobs("ready")).isEqualTo(1);
      assertThat(jobs("scheduled")).isEqualTo(2);
      assertThat(jobs("parked")).isEqualTo(6);
      assertThat(jobs("active")).isEqualTo(3);
      assertThat(jobs("done")).isEqualTo(4);
      assertThat(jobs("dead")).isEqualTo(5);
      assertThat(age()).isEqualTo(1.5);
      assertThat(registry.get("holdfast.oldest.ready.age").gauge().getId().getBaseUnit())
          .isEqualTo("seconds");
    }

    @Test
    void nothing_is_read_until_a_gauge_is_asked() {
      meters.watch("q", QueueGaugesTest.this::counted);

      assertThat(reads).hasValue(0);
    }

    @Test
    void all_gauges_of_a_queue_share_one_read_in_five_seconds() {
      meters.watch("q", QueueGaugesTest.this::counted);

      jobs("ready");
      jobs("dead");
      age();
      clock.add(Duration.ofMillis(4_999));
      assertThat(jobs("ready")).isEqualTo(1);
      assertThat(reads).hasValue(1);

      clock.add(Duration.ofMillis(1));
      assertThat(jobs("ready")).isEqualTo(2);
      assertThat(reads).hasValue(2);
    }

    @Test
    void queues_are_read_apart() {
      meters.watch("q", () -> ready(1));
      meters.watch("other", () -> ready(7));

      assertThat(jobs("ready")).isEqualTo(1);
      assertThat(
              registry
                  .get("holdfast.jobs")
                  .tags("queue", "other", "state", "ready")
                  .gauge()
                  .value())
          .isEqualTo(7);
    }

    @Test
    void who_asks_during_a_read_gets_what_was_read_before() throws Exception {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      meters.watch(
          "q",
          () -> {
            QueueStats stats = counted();
            if (stats.ready() == 2) {
              inside.countDown();
              await(go);
            }
            return stats;
          });
      assertThat(jobs("ready")).isEqualTo(1);
      clock.add(Duration.ofSeconds(5));

      ExecutorService pool = Executors.newSingleThreadExecutor();
      try {
        Future<Double> slow = pool.submit(() -> jobs("ready"));
        await(inside);
        assertThat(jobs("ready")).isEqualTo(1);
        assertThat(reads).hasValue(2);

        go.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(jobs("ready")).isEqualTo(2);
        assertThat(reads).hasValue(2);
      } finally {
        go.countDown();
        pool.shutdownNow();
      }
    }

    @Test
    void a_supplier_that_asks_its_own_gauge_is_not_entered_twice() {
      meters.watch(
          "q",
          () -> {
            assertThat(jobs("ready")).isNaN();
            return counted();
          });

      assertThat(jobs("ready")).isEqualTo(1);
      assertThat(reads).hasValue(1);
    }
  }

  @Nested
  class Failing {
    @Test
    void a_failing_supplier_gives_nan_and_is_not_asked_again_before_its_time() {
      meters.watch(
          "q",
          () -> {
            reads.incrementAndGet();
            throw new IllegalStateException("engine away");
          });

      assertThat(jobs("ready")).isNaN();
      assertThat(age()).isNaN();
      assertThat(reads).hasValue(1);
    }

    @Test
    void an_error_or_a_null_gives_nan_too() {
      meters.watch(
          "q",
          () -> {
            if (reads.incrementAndGet() == 1) {
              throw new StackOverflowError("from the test");
            }
            return null;
          });

      assertThat(jobs("ready")).isNaN();
      clock.add(Duration.ofSeconds(5));
      assertThat(jobs("ready")).isNaN();
      assertThat(reads).hasValue(2);
    }

    @Test
    void a_supplier_that_works_again_is_shown_again() {
      meters.watch(
          "q",
          () -> {
            QueueStats stats = counted();
            if (stats.ready() == 2) {
              throw new IllegalStateException("engine away");
            }
            return stats;
          });

      assertThat(jobs("ready")).isEqualTo(1);
      clock.add(Duration.ofSeconds(5));
      assertThat(jobs("ready")).isNaN();
      clock.add(Duration.ofSeconds(5));
      assertThat(jobs("ready")).isEqualTo(3);
    }

    @Test
    void the_supplier_of_a_worker_that_is_gone_gives_way_to_another() {
      Supplier<QueueStats> gone =
          () -> {
            throw new IllegalStateException("closed");
          };
      meters.watch("q", gone);
      meters.watch("q", () -> ready(9));

      assertThat(jobs("ready")).isNaN();
      clock.add(Duration.ofSeconds(5));
      assertThat(jobs("ready")).isEqualTo(9);
    }
  }

  @Nested
  class Unwatching {
    @Test
    void an_unwatched_queue_has_no_gauges() {
      meters.watch("q", () -> ready(1));
      meters.watch("other", () -> ready(1));
      meters.unwatch("q");

      assertThat(registry.find("holdfast.jobs").tag("queue", "q").gauges()).isEmpty();
      assertThat(registry.find("holdfast.oldest.ready.age").tag("queue", "q").gauges()).isEmpty();
      assertThat(registry.find("holdfast.jobs").tag("queue", "other").gauges()).hasSize(6);
    }

    @Test
    void the_gauges_stay_until_the_last_worker_leaves() {
      meters.watch("q", () -> ready(1));
      meters.watch("q", () -> ready(1));
      meters.unwatch("q");
      assertThat(jobs("ready")).isEqualTo(1);

      meters.unwatch("q");
      assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_queue_can_be_watched_again() {
      meters.watch("q", () -> ready(1));
      assertThat(jobs("ready")).isEqualTo(1);
      meters.unwatch("q");
      meters.watch("q", () -> ready(8));

      assertThat(jobs("ready")).isEqualTo(8);
    }

    @Test
    void unwatching_what_is_not_watched_changes_nothing() {
      meters.unwatch("q");

      assertThat(registry.getMeters()).isEmpty();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
