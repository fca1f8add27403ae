package dev.holdfast.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LockOptionsTest {
  @Test
  void the_defaults_are_a_lease_of_30_s_that_is_extended_every_10_s_for_at_most_an_hour() {
    LockOptions options = LockOptions.defaults();

    assertThat(options.lease()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.maxHold()).isEqualTo(Duration.ofHours(1));
    assertThat(options.extendPeriod()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.margin()).isEqualTo(Duration.ofMillis(350));
  }

  @Test
  void a_lease_is_200_ms_to_12_h() {
    LockOptions options = LockOptions.defaults();

    assertThat(options.withLease(Duration.ofMillis(200)).lease()).isEqualTo(Duration.ofMillis(200));
    assertThatThrownBy(() -> options.withLease(Duration.ofMillis(199)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lease");
    assertThatThrownBy(() -> options.withLease(Duration.ofHours(13)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_lease_longer_than_the_longest_hold_lengthens_it() {
    LockOptions options = LockOptions.defaults().withLease(Duration.ofHours(2));

    assertThat(options.maxHold()).isEqualTo(Duration.ofHours(2));
    assertThatThrownBy(() -> options.withMaxHold(Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxHold");
    assertThatThrownBy(() -> options.withMaxHold(Duration.ofDays(31)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void even_the_shortest_lease_is_longer_than_its_margin_and_an_extension() {
    LockOptions shortest = LockOptions.defaults().withLease(Duration.ofMillis(200));

    assertThat(shortest.margin().plus(shortest.extendPeriod())).isLessThan(shortest.lease());
  }
}
