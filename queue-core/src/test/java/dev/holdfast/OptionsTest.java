package dev.holdfast;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Priority;
import dev.holdfast.job.Retention;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.QueueOrder;
import dev.holdfast.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @Nested
  class OfAnEnqueue {
    @Test
    void each_method_changes_one_thing_and_leaves_the_original() {
      EnqueueOptions first = EnqueueOptions.in(ofSeconds(5));
      EnqueueOptions second =
          first
              .queue("mail")
              .priority(Priority.HIGH)
              .idempotencyKey("welcome:7", Duration.ofHours(1))
              .correlationId("req-1")
              .traceparent("00-a-b-01")
              .header("tenant", "acme");
      assertThat(second.delay()).isEqualTo(ofSeconds(5));
      assertThat(second.instant()).isNull();
      assertThat(second.queue()).isEqualTo("mail");
      assertThat(second.priority()).isEqualTo(Priority.HIGH);
      assertThat(second.idempotencyKey()).isEqualTo("welcome:7");
      assertThat(second.idempotencyKept()).isEqualTo(Duration.ofHours(1));
      assertThat(second.correlationId()).isEqualTo("req-1");
      assertThat(second.traceparent()).isEqualTo("00-a-b-01");
      assertThat(second.headers()).isEqualTo(Map.of("tenant", "acme"));
      assertThat(first.queue()).isNull();
      assertThat(first.priority()).isEqualTo(Priority.NORMAL);
      assertThat(first.headers()).isEmpty();
      assertThat(EnqueueOptions.defaults().delay()).isNull();
    }

    @Test
    void delays_that_are_null_negative_or_too_long_are_refused() {
      assertThat(EnqueueOptions.in(Duration.ZERO).delay()).isEqualTo(Duration.ZERO);
      assertThat(EnqueueOptions.in(Duration.ofDays(3660)).delay()).isNotNull();
      for (Duration delay :
          new Duration[] {
            null,
            ofMillis(-1),
            Duration.ofNanos(-1),
            Duration.ofDays(3660).plusNanos(1),
            ofSeconds(Long.MAX_VALUE),
            ofSeconds(Long.MIN_VALUE)
          }) {
        assertThatExceptionOfType(InvalidJobException.class)
            .isThrownBy(() -> EnqueueOptions.in(delay));
      }
    }

    @Test
    void instants_that_cannot_be_stored_are_refused() {
      assertThat(EnqueueOptions.at(Instant.EPOCH).instant()).isEqualTo(Instant.EPOCH);
      for (Instant instant :
          new Instant[] {
            null,
            Instant.EPOCH.minusNanos(1),
            Instant.MIN,
            Instant.MAX,
            Instant.parse("+10000-01-01T00:00:00Z")
          }) {
        assertThatExceptionOfType(InvalidJobException.class)
            .isThrownBy(() -> EnqueueOptions.at(instant));
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a}b{c", "*", "\r\nDEL x", "m\u0430il"})
    void a_hostile_queue_name_is_refused(String queue) {
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> EnqueueOptions.defaults().queue(queue));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "\u0000", "\uD83D"})
    void hostile_keys_and_values_are_refused(String text) {
      EnqueueOptions none = EnqueueOptions.defaults();
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> none.idempotencyKey(text));
      assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> none.limitKey(text));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> none.correlationId(text));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> none.traceparent(text));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> none.header("tenant", text));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> none.header(text, "acme"));
    }

    @Test
    void an_idempotency_key_is_kept_a_second_to_a_year() {
      for (Duration keep : List.of(Duration.ZERO, ofMillis(999), Duration.ofDays(367))) {
        assertThatExceptionOfType(InvalidJobException.class)
            .isThrownBy(() -> EnqueueOptions.defaults().idempotencyKey("k", keep));
      }
    }

    @Test
    void a_unique_key_is_set_beside_the_others() {
      Uniqueness rule = Uniqueness.untilFinished("user:7");
      EnqueueOptions options =
          EnqueueOptions.in(ofSeconds(5)).unique(rule).idempotencyKey("k").requireSamePayload();
      assertThat(options.unique()).isEqualTo(rule);
      assertThat(options.samePayload()).isTrue();
      assertThat(options.delay()).isEqualTo(ofSeconds(5));
      assertThat(EnqueueOptions.defaults().unique()).isNull();
      assertThat(EnqueueOptions.defaults().samePayload()).isFalse();
    }

    @Test
    void a_debounce_with_a_start_of_its_own_is_refused() {
      Uniqueness rule = Uniqueness.debounce("k", ofSeconds(1), ofSeconds(2));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> EnqueueOptions.in(ofSeconds(5)).unique(rule));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> EnqueueOptions.at(Instant.EPOCH).unique(rule));
      assertThat(EnqueueOptions.in(ofSeconds(5)).unique(Uniqueness.keepLatest("k")).unique())
          .isNotNull();
    }

    @Test
    void a_limit_key_and_a_cost_are_set_beside_the_others() {
      EnqueueOptions options =
          EnqueueOptions.in(ofSeconds(5)).limitKey("tenant:7").cost(3).priority(Priority.LOW);
      assertThat(options.limitKey()).isEqualTo("tenant:7");
      assertThat(options.cost()).isEqualTo(3);
      assertThat(options.delay()).isEqualTo(ofSeconds(5));
      assertThat(EnqueueOptions.defaults().limitKey()).isNull();
      assertThat(EnqueueOptions.defaults().cost()).isEqualTo(1);
      assertThat(EnqueueOptions.defaults().cost(1_000_000).cost()).isEqualTo(1_000_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001})
    void a_cost_out_of_range_is_refused(int cost) {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> EnqueueOptions.defaults().cost(cost))
          .withMessageContaining("1 to 1000000");
    }

    @Test
    void at_most_32_headers_are_taken() {
      EnqueueOptions options = EnqueueOptions.defaults();
      for (int i = 0; i < 32; i++) {
        options = options.header("h" + i, "v");
      }
      EnqueueOptions full = options.header("h0", "again");
      assertThat(full.headers()).hasSize(32).containsEntry("h0", "again");
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> full.header("h32", "v"));
    }

    @Test
    void a_retry_goes_to_the_queue_of_its_id() {
      JobId id = JobId.parse("mail~3~01J9ZQ4K7MX3V5T8B2N6C1D0EF");
      assertThat(EnqueueOptions.retryOf(id).queue()).isEqualTo("mail");
      assertThat(EnqueueOptions.in(ofSeconds(1)).retrying(id).retryOf()).isEqualTo(id);
      assertThatNullPointerException().isThrownBy(() -> EnqueueOptions.retryOf(null));
    }
  }

  @Nested
  class OfAHoldfast {
    @Test
    void have_the_documented_defaults() {
      HoldfastOptions options = HoldfastOptions.defaults();
      assertThat(options.enqueueDeadline()).isEqualTo(ofSeconds(3));
      assertThat(options.queueBound()).isEqualTo(10_000_000);
      assertThat(options.enqueueInterceptors()).isEmpty();
    }

    @Test
    void out_of_range_are_refused() {
      for (Duration deadline :
          List.of(Duration.ZERO, ofMillis(49), ofSeconds(-1), Duration.ofMinutes(11))) {
        refused(() -> HoldfastOptions.builder().enqueueDeadline(deadline).build());
      }
      for (long bound : new long[] {0, -1, 1_000_000_001L, Long.MIN_VALUE}) {
        refused(() -> HoldfastOptions.builder().queueBound(bound).build());
      }
      assertThatNullPointerException().isThrownBy(() -> HoldfastOptions.builder().codec(null));
    }
  }

  @Nested
  class OfAHandler {
    @Test
    void out_of_range_are_refused() {
      for (Duration timeout : List.of(Duration.ZERO, ofMillis(-1), Duration.ofDays(31))) {
        refused(() -> HandlerOptions.builder().timeout(timeout).build());
      }
      for (int concurrency : new int[] {0, -1, 10_001}) {
        refused(() -> HandlerOptions.builder().concurrency(concurrency).build());
      }
    }

    @Test
    void are_kept_by_their_builder() {
      HandlerOptions options =
          HandlerOptions.builder().timeout(ofSeconds(2)).concurrency(3).build();
      assertThat(options.toBuilder().build()).isEqualTo(options);
      assertThat(HandlerOptions.asAnnotated().timeout()).isNull();
    }
  }

  @Nested
  class OfAWorker {
    @Test
    void have_the_documented_defaults() {
      WorkerOptions options = WorkerOptions.defaults();
      assertThat(
              options
                  .lease()
                  .plus(options.reapPeriod())
                  .plus(options.reapJitter())
                  .plus(options.blockTime()))
          .isEqualTo(ofSeconds(38));
      assertThat(options.extendPeriod()).isEqualTo(ofSeconds(10));
      assertThat(options.drainGrace()).isEqualTo(ofSeconds(25));
      assertThat(options.maxCrashes()).isEqualTo(3);
      assertThat(options.closeOnShutdown()).isTrue();
      assertThat(options.toBuilder().build()).isEqualTo(options);
    }

    static Stream<WorkerOptions.Builder> outOfRange() {
      return Stream.of(
          WorkerOptions.builder().lease(ofMillis(99)),
          WorkerOptions.builder().lease(Duration.ofHours(13)),
          WorkerOptions.builder().extendPeriod(ofMillis(9)),
          WorkerOptions.builder().extendPeriod(ofSeconds(11)), // over a third of the lease
          WorkerOptions.builder().lease(ofSeconds(15)), // then 10 s is over a third
          WorkerOptions.builder().reapPeriod(ofMillis(49)),
          WorkerOptions.builder().reapJitter(ofSeconds(6)), // over the period
          WorkerOptions.builder().reapJitter(ofMillis(-1)),
          WorkerOptions.builder().blockTime(ofSeconds(6)),
          WorkerOptions.builder().blockTime(Duration.ZERO),
          WorkerOptions.builder().drainGrace(ofMillis(-1)),
          WorkerOptions.builder().interruptGrace(Duration.ofMinutes(6)),
          WorkerOptions.builder().drainInterruptGrace(Duration.ofMinutes(6)),
          WorkerOptions.builder().drainInterruptGrace(ofMillis(-1)),
          WorkerOptions.builder().maxCrashes(0),
          WorkerOptions.builder().maxCrashes(101));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void out_of_range_or_at_odds_are_refused(WorkerOptions.Builder builder) {
      refused(builder::build);
    }

    @Test
    void with_a_hostile_name_are_refused() {
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> WorkerOptions.builder().name("a}b{c").build());
    }
  }

  @Nested
  class OfAnOrderOfQueues {
    @Test
    void keep_the_order_given() {
      assertThat(QueueOrder.strict("c", "a", "b").queues()).containsExactly("c", "a", "b");
      Map<String, Integer> weights = new LinkedHashMap<>();
      weights.put("z", 1);
      weights.put("a", 100);
      assertThat(QueueOrder.weighted(weights).queues()).containsExactly("z", "a");
    }

    @Test
    void without_a_queue_or_with_a_bad_weight_are_refused() {
      refused(() -> QueueOrder.strict());
      refused(() -> QueueOrder.weighted(Map.of("a", 0)));
      refused(() -> QueueOrder.weighted(Map.of("a", 101)));
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> QueueOrder.strict("a", "b*"));
    }
  }

  @Test
  void a_retention_out_of_range_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Retention(ofMillis(-1), 1, Duration.ZERO, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Retention(Duration.ZERO, -1, Duration.ZERO, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Retention(Duration.ZERO, 1, Duration.ofDays(3661), 1));
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatExceptionOfType(InvalidHandlerException.class).isThrownBy(call);
  }
}
