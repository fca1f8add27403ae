package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.productsync.ShopLimiter.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShopLimiterTest {
  private Duration now = Duration.ZERO;
  private final ShopLimiter limiter = new ShopLimiter(() -> now);

  @Test
  void each_client_has_a_limit_of_its_own() {
    limiter.begin("first", 1);

    assertThat(limiter.ask("one")).isZero();
    assertThat(limiter.ask("two")).isZero();
    assertThat(limiter.ask("one")).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void a_wait_is_told_in_whole_seconds_and_never_too_short() {
    limiter.begin("first", 1);
    limiter.ask("one");
    now = Duration.ofMillis(12_001);
    assertThat(limiter.ask("one")).isEqualTo(Duration.ofSeconds(48));
    now = Duration.ofNanos(59_999_999_999L);
    assertThat(limiter.ask("one")).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void each_phase_counts_what_it_served_and_refused_and_whom_it_told_to_wait_afresh() {
    limiter.begin("first", 2);
    limiter.ask("one");
    limiter.ask("one");
    limiter.begin("lowered", 1);
    limiter.ask("one");
    limiter.ask("one"); // was on its way when the other was told
    now = Duration.ofMinutes(1);
    limiter.ask("one");
    limiter.ask("one");

    assertThat(limiter.phases())
        .containsExactly(new Phase("first", 2, 2, 0, 0), new Phase("lowered", 1, 1, 3, 2));
  }
}
