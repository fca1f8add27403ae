package dev.holdfast.examples.productsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {
  private final SlidingWindow window = new SlidingWindow();

  private Duration ask(double seconds, int limit) {
    return window.ask(Duration.ofMillis((long) (seconds * 1_000)), limit);
  }

  @Test
  void what_is_beyond_the_limit_waits_until_the_oldest_is_a_minute_old() {
    assertThat(ask(0, 2)).isZero();
    assertThat(ask(10, 2)).isZero();
    assertThat(ask(10, 2)).isEqualTo(Duration.ofSeconds(50));
    assertThat(ask(59.999, 2)).isEqualTo(Duration.ofMillis(1));
    assertThat(ask(60, 2)).isZero();
    assertThat(ask(60, 2)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void what_is_refused_does_not_count() {
    assertThat(ask(0, 1)).isZero();
    for (int second = 1; second < 60; second++) {
      assertThat(ask(second, 1)).isEqualTo(Duration.ofSeconds(60 - second));
    }
    assertThat(ask(60, 1)).isZero();
  }

  @Test
  void a_lower_limit_counts_what_was_let_through_before_it() {
    for (int second = 0; second < 10; second++) {
      assertThat(ask(second, 60)).isZero();
    }
    // Of the ten, seven must be a minute old before there are fewer than four.
    assertThat(ask(10, 4)).isEqualTo(Duration.ofSeconds(56));
    assertThat(ask(66, 4)).isZero();
    assertThat(ask(66, 60)).isZero();
  }

  @Test
  void no_minute_has_more_than_the_limit_wherever_it_begins() {
    Random random = new Random(42);
    List<Duration> letThrough = new ArrayList<>();
    Duration now = Duration.ZERO;
    for (int request = 0; request < 20_000; request++) {
      now = now.plusMillis(random.nextInt(random.nextInt(20) == 0 ? 20_000 : 600));
      if (window.ask(now, 60).isZero()) {
        letThrough.add(now);
      }
    }

    assertThat(letThrough).hasSizeGreaterThan(5_000);
    for (int last = 60; last < letThrough.size(); last++) {
      assertThat(letThrough.get(last).minus(letThrough.get(last - 60)))
          .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
    }
  }
}
