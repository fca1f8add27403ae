package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.holdfast.job.StateReason;
import dev.holdfast.spi.EnqueueReply.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MicrometerMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MicrometerMeters meters = MicrometerMeters.on(registry);

  @Nested
  class Counting {
    @Test
    void an_enqueue_counts_by_its_result() {
      meters.enqueued("q", "t", Verdict.CREATED);
      meters.enqueued("q", "t", Verdict.CREATED);
      meters.enqueued("q", "t", Verdict.EXISTING_IDEMPOTENCY_KEY);

      assertThat(count("holdfast.enqueued", "result", "created")).isEqualTo(2);
      assertThat(count("holdfast.enqueued", "result", "existing_idempotency_key")).isEqualTo(1);
      assertThat(count("holdfast.enqueued", "result", "full")).isZero();
    }

    @Test
    void an_attempt_counts_by_its_outcome() {
      meters.ended("q", "t", "succeeded", Duration.ofMillis(20));
      meters.ended("q", "t", "failed", Duration.ofMillis(30));
      meters.ended("q", "t", "failed", Duration.ofMillis(40));

      assertThat(count("holdfast.attempts", "outcome", "succeeded")).isEqualTo(1);
      assertThat(count("holdfast.attempts", "outcome", "failed")).isEqualTo(2);
    }

    @Test
    void a_dead_letter_counts_by_its_reason() {
      meters.died("q", "t", StateReason.EXHAUSTED);
      meters.died("q", "t", StateReason.POISON);
      meters.died("q", "t", StateReason.POISON);

      assertThat(count("holdfast.dead.letters", "reason", "exhausted")).isEqualTo(1);
      assertThat(count("holdfast.dead.letters", "reason", "poison")).isEqualTo(2);
    }

    @Test
    void dead_letters_stand_at_zero_from_the_first_attempt_on() {
      meters.started("q", "t", Duration.ZERO);

      assertThat(registry.find("holdfast.dead.letters").counters())
          .hasSize(7)
          .allSatisfy(counter -> assertThat(counter.count()).isZero());
      assertThat(count("holdfast.retries")).isZero();
      assertThat(count("holdfast.leases.lost")).isZero();
    }

    @Test
    void retries_and_lost_leases_count_by_type() {
      meters.retried("q", "t");
      meters.retried("q", "other");
      meters.leaseLost("q", "t");

      assertThat(count("holdfast.retries", "type", "t")).isEqualTo(1);
      assertThat(count("holdfast.retries", "type", "other")).isEqualTo(1);
      assertThat(count("holdfast.leases.lost", "type", "t")).isEqualTo(1);
    }

    @Test
    void reaped_jobs_and_trimmed_dead_letters_count_by_queue() {
      meters.reaped("q", 3);
      meters.reaped("q", 0);
      meters.reaped("q", -1);
      meters.reaped("other", 1);
      meters.trimmedDeadLetters("q", 5);

      assertThat(count("holdfast.reaped", "queue", "q")).isEqualTo(3);
      assertThat(count("holdfast.reaped", "queue", "other")).isEqualTo(1);
      assertThat(count("holdfast.dead.letters.trimmed", "queue", "q")).isEqualTo(5);
    }

    @Test
    void a_name_that_is_none_counts_as_unknown() {
      meters.died("q", "no {name}", StateReason.MALFORMED);
      meters.died("q", "", StateReason.MALFORMED);
      meters.died("q", null, StateReason.MALFORMED);

      assertThat(
              registry
                  .get("holdfast.dead.letters")
                  .tags("queue", "q", "type", "unknown", "reason", "malformed")
                  .counter()
                  .count())
          .isEqualTo(3);
    }

    @Test
    void many_threads_lose_no_count_and_register_each_meter_once() throws Exception {
      int threads = 8;
      int calls = 5_000;
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      CountDownLatch gate = new CountDownLatch(1);
      try {
        List<Future<?>> all =
            IntStream.range(0, threads)
                .<Future<?>>mapToObj(
                    thread ->
                        pool.submit(
                            () -> {
                              gate.await();
                              for (int i = 0; i < calls; i++) {
                                meters.started("q", "t" + i % 3, Duration.ofNanos(i));
                                meters.ended("q", "t" + i % 3, "succeeded", Duration.ofNanos(i));
                              }
                              return null;
                            }))
                .toList();
        gate.countDown();
        for (Future<?> each : all) {
          each.get(30, TimeUnit.SECONDS);
        }
      } finally {
        pool.shutdownNow();
      }

      assertThat(registry.find("holdfast.attempts").counters()).hasSize(3);
      double ended =
          registry.find("holdfast.attempts").counters().stream().mapToDouble(Counter::count).sum();
      assertThat(ended).isEqualTo((double) threads * calls);
    }
  }

  @Nested
  class Timing {
    @Test
    void attempts_waits_and_turns_are_timed() {
      meters.started("q", "t", Duration.ofSeconds(3));
      meters.ended("q", "t", "succeeded", Duration.ofMillis(250));
      meters.turn("q", Duration.ofMillis(2));
      meters.turn("q", Duration.ofMillis(4));

      assertThat(timer("holdfast.time.in.queue").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(3000);
      assertThat(timer("holdfast.attempt.duration").totalTime(TimeUnit.MILLISECONDS))
          .isEqualTo(250);
      assertThat(timer("holdfast.turn.duration").count()).isEqualTo(2);
      assertThat(timer("holdfast.turn.duration").mean(TimeUnit.MILLISECONDS)).isEqualTo(3);
    }

    @Test
    void a_wait_before_its_time_counts_as_zero() {
      meters.started("q", "t", Duration.ofMillis(-5));

      assertThat(timer("holdfast.time.in.queue").count()).isEqualTo(1);
      assertThat(timer("holdfast.time.in.queue").totalTime(TimeUnit.NANOSECONDS)).isZero();
    }

    @Test
    void an_endless_wait_counts_as_a_year() {
      meters.started("q", "t", Duration.ofSeconds(Long.MAX_VALUE));

      assertThat(timer("holdfast.time.in.queue").totalTime(TimeUnit.DAYS)).isEqualTo(366);
    }
  }

  @Nested
  class Options {
    /** Shows what the timers were made with: buckets do not show in a SimpleMeterRegistry. */
    private final Map<String, DistributionStatisticConfig> made = new HashMap<>();

    private final SimpleMeterRegistry recording =
        new SimpleMeterRegistry(SimpleConfig.DEFAULT, new MockClock()) {
          @Override
          protected Timer newTimer(
              Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            made.put(id.getName(), config);
            return super.newTimer(id, config, pauses);
          }
        };

    private void use(MeterOptions options) {
      MicrometerMeters.on(recording, options).ended("q", "t", "succeeded", Duration.ofMillis(100));
      MicrometerMeters.on(recording, options).turn("q", Duration.ofMillis(100));
    }

    @Test
    void by_default_there_are_neither_percentiles_nor_buckets() {
      use(MeterOptions.defaults());

      assertThat(made)
          .containsOnlyKeys(
              "holdfast.attempt.duration", "holdfast.time.in.queue", "holdfast.turn.duration");
      assertThat(made.values())
          .allSatisfy(
              config -> {
                assertThat(config.isPublishingPercentiles()).isFalse();
                assertThat(config.isPublishingHistogram()).isFalse();
              });
    }

    @Test
    void percentiles_are_published_by_option() {
      use(MeterOptions.defaults().withPercentiles());

      ValueAtPercentile[] values =
          recording.get("holdfast.attempt.duration").timer().takeSnapshot().percentileValues();
      assertThat(Arrays.stream(values).mapToDouble(ValueAtPercentile::percentile))
          .containsExactly(0.5, 0.95, 0.99);
      assertThat(values[1].value(TimeUnit.MILLISECONDS)).isBetween(95.0, 105.0);
      assertThat(made.values())
          .allSatisfy(config -> assertThat(config.isPercentileHistogram()).isFalse());
    }

    @Test
    void buckets_are_published_by_option_as_many_as_the_docs_say() {
      use(MeterOptions.defaults().withHistogram());

      assertThat(made.values())
          .allSatisfy(config -> assertThat(config.isPercentileHistogram()).isTrue())
          .allSatisfy(config -> assertThat(config.isPublishingPercentiles()).isFalse());
      assertThat(buckets("holdfast.attempt.duration")).isEqualTo(99);
      assertThat(buckets("holdfast.time.in.queue")).isEqualTo(120);
      assertThat(buckets("holdfast.turn.duration")).isEqualTo(76);
    }

    private int buckets(String name) {
      return made.get(name).getHistogramBuckets(true).size();
    }
  }

  @Nested
  class Stuck {
    @Test
    void stuck_threads_of_all_workers_are_added_up() {
      meters.stuck(() -> 2);
      meters.stuck(() -> 3L);

      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isEqualTo(5);
    }

    @Test
    void workers_that_come_and_go_leave_nothing_to_ask() {
      AtomicInteger asked = new AtomicInteger();
      for (int i = 0; i < 500; i++) {
        Supplier<Number> threads =
            () -> {
              asked.incrementAndGet();
              return 0;
            };
        meters.stuck(threads);
        meters.unstuck(threads);
      }
      asked.set(0);

      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isZero();
      assertThat(asked).hasValue(0);
    }

    @Test
    void threads_a_closed_worker_left_behind_are_counted_until_they_end() {
      AtomicInteger threads = new AtomicInteger(2);
      Supplier<Number> left = threads::get;
      meters.stuck(left);
      meters.unstuck(left);

      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isEqualTo(2);
      threads.set(0);
      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isZero();
      threads.set(5);
      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isZero();
    }

    @Test
    void a_worker_that_cannot_tell_is_left_out() {
      meters.stuck(
          () -> {
            throw new IllegalStateException("closed");
          });
      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isNaN();

      meters.stuck(() -> 1);
      assertThat(registry.get("holdfast.threads.stuck").gauge().value()).isEqualTo(1);
    }
  }

  @Nested
  class Refusal {
    @Test
    void a_registry_that_refuses_every_meter_stops_no_job() {
      registry
          .config()
          .meterFilter(
              new MeterFilter() {
                @Override
                public MeterFilterReply accept(Meter.Id id) {
                  throw new IllegalArgumentException("refused by the test");
                }
              });

      assertThatCode(
              () -> {
                meters.enqueued("q", "t", Verdict.CREATED);
                meters.started("q", "t", Duration.ZERO);
                meters.ended("q", "t", "succeeded", Duration.ZERO);
                meters.turn("q", Duration.ZERO);
                meters.stuck(() -> 0);
                meters.watch("q", () -> null);
                meters.unwatch("q");
              })
          .doesNotThrowAnyException();
      assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void a_name_taken_by_another_kind_of_meter_stops_no_job() {
      registry.timer("holdfast.retries", "queue", "q", "type", "t");

      assertThatCode(() -> meters.retried("q", "t")).doesNotThrowAnyException();
      meters.leaseLost("q", "t");
      assertThat(count("holdfast.leases.lost")).isEqualTo(1);
    }

    @Test
    void a_closed_registry_stops_no_job() {
      registry.close();

      assertThatCode(() -> meters.ended("q", "t", "succeeded", Duration.ofMillis(1)))
          .doesNotThrowAnyException();
    }
  }

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  private Timer timer(String name) {
    return registry.get(name).timer();
  }
}
