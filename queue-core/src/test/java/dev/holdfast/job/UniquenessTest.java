package dev.holdfast.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class UniquenessTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final List<Function<String, Uniqueness>> RULES =
      List.of(
          Uniqueness::untilStarted,
          Uniqueness::untilFinished,
          key -> Uniqueness.forWindow(key, SECOND),
          key -> Uniqueness.throttle(key, 2, SECOND),
          key -> Uniqueness.debounce(key, SECOND, SECOND),
          Uniqueness::keepLatest);

  @Test
  void every_rule_has_its_case_and_its_key() {
    List<String> names =
        RULES.stream()
            .map(
                rule ->
                    rule.apply("user:7")
                        .<String>match(
                            r -> "started" + r.key(),
                            r -> "finished" + r.key(),
                            r -> "window" + r.key(),
                            r -> "throttle" + r.key(),
                            r -> "debounce" + r.key(),
                            r -> "latest" + r.key()))
            .toList();
    assertThat(names)
        .containsExactly(
            "starteduser:7",
            "finisheduser:7",
            "windowuser:7",
            "throttleuser:7",
            "debounceuser:7",
            "latestuser:7");
  }

  @Test
  void a_key_that_cannot_be_stored_is_refused() {
    for (String key : List.of("", "a\tb", "a\nb", "x".repeat(257), "\uD83D")) {
      for (Function<String, Uniqueness> rule : RULES) {
        assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> rule.apply(key));
      }
    }
  }

  @Test
  void a_duration_is_a_millisecond_to_a_year() {
    assertThat(Uniqueness.forWindow("k", Duration.ofMillis(1)).key()).isEqualTo("k");
    for (Duration bad :
        List.of(Duration.ZERO, SECOND.negated(), Duration.ofNanos(1), Duration.ofDays(367))) {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> Uniqueness.forWindow("k", bad));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> Uniqueness.throttle("k", 1, bad));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> Uniqueness.debounce("k", bad, Duration.ofDays(366)));
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> Uniqueness.debounce("k", Duration.ofMillis(1), bad));
    }
    assertThatNullPointerException().isThrownBy(() -> Uniqueness.forWindow("k", null));
  }

  @Test
  void a_throttle_lets_one_job_through_at_least() {
    for (int bad : List.of(0, -1, 1_000_001)) {
      assertThatExceptionOfType(InvalidJobException.class)
          .isThrownBy(() -> Uniqueness.throttle("k", bad, SECOND));
    }
  }

  @Test
  void a_debounce_waits_longest_for_as_long_as_it_must_be_quiet() {
    assertThatExceptionOfType(InvalidJobException.class)
        .isThrownBy(() -> Uniqueness.debounce("k", SECOND, Duration.ofMillis(999)))
        .withMessageContaining("PT0.999S");
  }
}
