package dev.holdfast.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseWindowTest {
  /** 1 % of 30 s, and 50 ms. */
  private static final Duration MARGIN = Duration.ofMillis(350);

  /**
   * Near the end of its range, where sums overflow: only differences of nanoTimes mean anything.
   */
  private static final long SENT = Long.MAX_VALUE - 1_000;

  private final LockOptions options = LockOptions.defaults().withMaxHold(Duration.ofSeconds(70));
  private final LeaseWindow window = new LeaseWindow(options, SENT);

  private static long after(Duration time) {
    return SENT + time.toNanos();
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void closes_a_margin_before_the_lease_counted_from_the_request_ends() {
    assertThat(window.isOpen(after(seconds(30).minus(MARGIN).minusNanos(1)))).isTrue();
    assertThat(window.isOpen(after(seconds(30).minus(MARGIN)))).isFalse();
    assertThat(window.leaseEnd()).isEqualTo(after(seconds(30)));
  }

  @Test
  void an_extension_counts_from_its_request() {
    window.extended(after(seconds(10)), seconds(30));

    assertThat(window.left(after(seconds(20)))).isEqualTo(seconds(20).minus(MARGIN).toNanos());
  }

  @Test
  void an_answer_that_was_overtaken_does_not_shorten_it() {
    window.extended(after(seconds(20)), seconds(30));
    window.extended(after(seconds(10)), seconds(30));

    assertThat(window.leaseEnd()).isEqualTo(after(seconds(50)));
  }

  @Test
  void leases_end_with_the_longest_hold() {
    assertThat(window.nextLease(after(seconds(40)))).isEqualTo(seconds(30));
    assertThat(window.nextLease(after(seconds(50)))).isEqualTo(seconds(20));
    assertThat(window.isAtMaxHold()).isFalse();

    window.extended(after(seconds(50)), seconds(20));

    assertThat(window.isAtMaxHold()).isTrue();
    assertThat(window.leaseEnd()).isEqualTo(after(seconds(70)));
  }

  @Test
  void a_lease_to_ask_for_is_never_below_a_millisecond() {
    assertThat(window.nextLease(after(seconds(80)))).isEqualTo(Duration.ofMillis(1));
  }
}
