package dev.holdfast.retry;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Group;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  /** Draws the least number every time. */
  private static final RandomGenerator LEAST = () -> 0L;

  @Nested
  @Group
  class Exponential {
    private final Backoff backoff = Backoff.exponential(ofSeconds(1), ofSeconds(60));

    @Test
    void doubles_from_two_seconds_and_stays_at_the_most() {
      assertThat(IntStream.rangeClosed(1, 8).mapToObj(backoff::after))
          .containsExactly(
              ofSeconds(2),
              ofSeconds(4),
              ofSeconds(8),
              ofSeconds(16),
              ofSeconds(32),
              ofSeconds(60),
              ofSeconds(60),
              ofSeconds(60));
    }

    @Test
    void does_not_overflow_after_very_many_failures() {
      for (int failures : new int[] {30, 31, 32, 61, 62, 63, 64, 65, 1_000, Integer.MAX_VALUE}) {
        assertThat(backoff.after(failures)).as("%d failures", failures).isEqualTo(ofSeconds(60));
      }
    }

    @Test
    void reaches_the_most_of_thirty_days_without_overflow() {
      Backoff long1 = Backoff.exponential(Duration.ofDays(1), Duration.ofDays(30));
      assertThat(long1.after(4)).isEqualTo(Duration.ofDays(16));
      assertThat(long1.after(5)).isEqualTo(Duration.ofDays(30));
      assertThat(long1.after(1_000)).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void refuses_what_is_out_of_range() {
      assertThatIllegalArgumentException().isThrownBy(() -> backoff.after(0));
      assertThatIllegalArgumentException().isThrownBy(() -> backoff.after(-1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Backoff.exponential(Duration.ZERO, ofSeconds(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Backoff.exponential(ofSeconds(2), ofSeconds(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Backoff.exponential(ofSeconds(1), Duration.ofDays(31)));
    }

    @Property
    boolean never_falls_and_never_passes_the_most(
        @ForAll @LongRange(min = 1, max = 86_400_000L) long baseMs,
        @ForAll @LongRange(min = 0, max = 2_000_000_000L) long more,
        @ForAll @IntRange(min = 1, max = 2_000) int failures) {
      Duration most = ofMillis(Math.min(baseMs + more, Duration.ofDays(30).toMillis()));
      Backoff drawn = Backoff.exponential(ofMillis(baseMs), most);
      return drawn.after(failures).compareTo(most) <= 0
          && drawn.after(failures).compareTo(drawn.after(failures + 1)) <= 0;
    }
  }

  @Nested
  @Group
  class Fixed {
    @Test
    void waits_the_same_every_time() {
      Backoff backoff = Backoff.fixed(ofSeconds(7));
      assertThat(backoff.after(1)).isEqualTo(ofSeconds(7));
      assertThat(backoff.after(1_000)).isEqualTo(ofSeconds(7));
    }

    @Test
    void refuses_what_is_out_of_range() {
      assertThatIllegalArgumentException().isThrownBy(() -> Backoff.fixed(ofMillis(-1)));
      assertThatIllegalArgumentException().isThrownBy(() -> Backoff.fixed(Duration.ofDays(31)));
    }
  }

  @Nested
  @Group
  class TheRandomPart {
    @Test
    void none_is_the_wait_itself() {
      assertThat(Jitter.none().apply(ofSeconds(3), LEAST)).isEqualTo(ofSeconds(3));
    }

    @Test
    void half_begins_at_half_and_full_at_zero() {
      assertThat(Jitter.half().apply(ofSeconds(2), LEAST)).isEqualTo(ofSeconds(1));
      assertThat(Jitter.half().apply(ofMillis(3), LEAST)).isEqualTo(ofMillis(1));
      assertThat(Jitter.full().apply(ofSeconds(2), LEAST)).isEqualTo(Duration.ZERO);
    }

    @Test
    void a_wait_of_zero_stays_zero() {
      assertThat(Jitter.half().apply(Duration.ZERO, new Random(1))).isEqualTo(Duration.ZERO);
      assertThat(Jitter.full().apply(Duration.ZERO, new Random(1))).isEqualTo(Duration.ZERO);
    }

    @Property
    boolean half_lies_between_half_and_whole(
        @ForAll @LongRange(min = 0, max = 2_592_000_000L) long ms, @ForAll long seed) {
      long drawn = Jitter.half().apply(ofMillis(ms), new Random(seed)).toMillis();
      return drawn >= ms / 2 && drawn <= ms;
    }

    @Property
    boolean full_lies_between_zero_and_whole(
        @ForAll @LongRange(min = 0, max = 2_592_000_000L) long ms, @ForAll long seed) {
      long drawn = Jitter.full().apply(ofMillis(ms), new Random(seed)).toMillis();
      return drawn >= 0 && drawn <= ms;
    }

    @Test
    void both_ends_of_half_are_drawn() {
      Random random = new Random(7);
      assertThat(
              IntStream.range(0, 500)
                  .mapToLong(i -> Jitter.half().apply(ofMillis(4), random).toMillis())
                  .distinct()
                  .sorted())
          .containsExactly(2L, 3L, 4L);
    }
  }

  @Nested
  @Group
  class Policies {
    @Test
    void the_standard_one_waits_half_of_two_four_eight_and_sixteen_seconds_at_least() {
      RetryPolicy standard = RetryPolicy.standard();
      assertThat(IntStream.rangeClosed(1, 4).mapToObj(n -> standard.waitAfter(n, LEAST).get()))
          .containsExactly(ofSeconds(1), ofSeconds(2), ofSeconds(4), ofSeconds(8));
      assertThat(standard.maxAttempts()).isEqualTo(5);
    }

    @Test
    void no_wait_is_left_after_the_last_attempt() {
      assertThat(RetryPolicy.standard().waitAfter(4, LEAST)).isPresent();
      assertThat(RetryPolicy.standard().waitAfter(5, LEAST)).isEmpty();
      assertThat(RetryPolicy.standard().waitAfter(1_000, LEAST)).isEmpty();
      assertThat(RetryPolicy.none().waitAfter(1, LEAST)).isEmpty();
    }

    @Test
    void the_patient_one_spans_twelve_to_seventeen_hours() {
      // Half of every wait is random, so the waits without jitter are what it spans at most.
      Backoff backoff = RetryPolicy.patient().backoff();
      Duration most =
          IntStream.rangeClosed(1, RetryPolicy.patient().maxAttempts() - 1)
              .mapToObj(backoff::after)
              .reduce(Duration.ZERO, Duration::plus);
      assertThat(backoff.after(1)).isEqualTo(ofSeconds(10));
      assertThat(backoff.after(1_000)).isEqualTo(Duration.ofHours(1));
      assertThat(most).isBetween(Duration.ofHours(16), Duration.ofHours(18));
    }

    @Test
    void a_thousand_attempts_never_overflow() {
      RetryPolicy policy = RetryPolicy.standard().withMaxAttempts(1_000);
      assertThat(policy.waitAfter(999, LEAST)).contains(ofSeconds(30));
    }

    @Test
    void refuses_numbers_of_attempts_out_of_range() {
      for (int attempts : new int[] {0, -1, 1_001, Integer.MIN_VALUE}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RetryPolicy.standard().withMaxAttempts(attempts))
            .withMessageContaining(String.valueOf(attempts));
      }
    }
  }
}
