package dev.holdfast.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.holdfast.job.InvalidNameException;
import dev.holdfast.limit.LimitScope.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Nested
  class OfAScope {
    @Test
    void concurrency_and_rate_are_set_apart_or_together() {
      Rate rate = Rate.of(60, MINUTE).burst(5);
      assertThat(Limit.concurrency(4)).isEqualTo(new Limit(4, null, false));
      assertThat(Limit.rate(rate)).isEqualTo(new Limit(null, rate, false));
      assertThat(Limit.rate(rate).withConcurrency(4)).isEqualTo(new Limit(4, rate, false));
      assertThat(Limit.concurrency(4).withRate(rate)).isEqualTo(new Limit(4, rate, false));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1_000_000})
    void a_concurrency_is_one_to_a_million(int most) {
      assertThat(Limit.concurrency(most).concurrency()).isEqualTo(most);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void a_concurrency_out_of_range_is_refused(int most) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Limit.concurrency(most))
          .withMessageContaining("1 to 1000000")
          .withMessageContaining("pause");
    }

    @Test
    void in_order_jobs_run_one_at_a_time() {
      assertThat(Limit.inOrder().concurrency()).isEqualTo(1);
      assertThat(Limit.inOrder().withConcurrency(1)).isEqualTo(Limit.inOrder());
      assertThat(Limit.inOrder().withRate(Rate.of(1, MINUTE)).ordered()).isTrue();
      assertThatIllegalArgumentException().isThrownBy(() -> Limit.inOrder().withConcurrency(2));
    }

    @Test
    void a_limit_of_nothing_is_refused() {
      assertThatIllegalArgumentException().isThrownBy(() -> new Limit(null, null, false));
      assertThatNullPointerException().isThrownBy(() -> Limit.rate(null));
      assertThatNullPointerException().isThrownBy(() -> Limit.concurrency(1).withRate(null));
    }
  }

  @Nested
  class OfATime {
    @Test
    void a_rate_has_a_burst_of_one_unless_it_says_otherwise() {
      assertThat(Rate.of(60, MINUTE)).isEqualTo(new Rate(60, MINUTE, 1));
      assertThat(Rate.of(60, MINUTE).burst(5)).isEqualTo(new Rate(60, MINUTE, 5));
    }

    @Test
    void permits_burst_and_period_at_their_bounds_are_taken() {
      assertThat(new Rate(1, Duration.ofMillis(1), 1)).isNotNull();
      assertThat(new Rate(1_000_000, Duration.ofDays(366), 1_000_000)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001})
    void permits_and_bursts_out_of_range_are_refused(int value) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Rate.of(value, MINUTE))
          .withMessageContaining("permits is " + value);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Rate.of(1, MINUTE).burst(value))
          .withMessageContaining("burst is " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999999S", "P366DT0.001S"})
    void a_period_out_of_range_is_refused(Duration period) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Rate.of(1, period))
          .withMessageContaining("1 ms to 366 days");
    }

    @Test
    void it_reads_as_it_was_meant() {
      assertThat(Rate.of(60, MINUTE)).hasToString("60 per PT1M");
      assertThat(Rate.of(60, MINUTE).burst(5)).hasToString("60 per PT1M, 5 at once");
    }
  }

  @Nested
  class ForWhom {
    @Test
    void each_kind_reads_as_it_was_meant() {
      assertThat(LimitScope.queue()).hasToString("queue");
      assertThat(LimitScope.type("shop.report")).hasToString("type shop.report");
      assertThat(LimitScope.eachKey()).hasToString("each key");
      assertThat(LimitScope.key("tenant:7")).hasToString("key tenant:7");
    }

    @Test
    void scopes_of_the_same_name_are_the_same() {
      assertThat(LimitScope.key("a")).isEqualTo(new LimitScope(Kind.KEY, "a"));
      assertThat(LimitScope.key("a")).isNotEqualTo(LimitScope.type("a"));
      assertThat(LimitScope.queue()).isEqualTo(new LimitScope(Kind.QUEUE, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "a\nb", "a\0b", "\u0085"})
    void a_limit_key_without_text_or_with_control_characters_is_refused(String key) {
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> LimitScope.key(key))
          .withMessageContaining("limit key");
    }

    @Test
    void a_limit_key_of_more_than_256_bytes_is_refused() {
      assertThat(LimitScope.key("ü".repeat(128)).name()).hasSize(128);
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> LimitScope.key("ü".repeat(129)));
    }

    @Test
    void a_type_that_is_none_is_refused() {
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> LimitScope.type("not a type"));
    }

    @Test
    void a_name_where_none_belongs_is_refused() {
      assertThatIllegalArgumentException().isThrownBy(() -> new LimitScope(Kind.QUEUE, "mail"));
      assertThatIllegalArgumentException().isThrownBy(() -> new LimitScope(Kind.EACH_KEY, "a"));
    }
  }
}
