package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualTimeTest {
  @Test
  void it_stands_still_until_it_is_moved() {
    ManualTime time = ManualTime.at(Instant.EPOCH);
    assertThat(time.instant()).isEqualTo(Instant.EPOCH);
    time.advance(Duration.ofSeconds(5));
    assertThat(time.instant()).isEqualTo(Instant.ofEpochSecond(5));
    assertThat(time.millis()).isEqualTo(5_000);
  }

  @Test
  void it_steps_back_by_a_negative_duration_only() {
    ManualTime time = ManualTime.create();
    time.advance(Duration.ofSeconds(-5));
    assertThat(time.instant()).isEqualTo(ManualTime.START.minusSeconds(5));
    time.advanceTo(ManualTime.START.minusSeconds(60));
    assertThat(time.instant()).isEqualTo(ManualTime.START.minusSeconds(5));
    time.advanceTo(ManualTime.START);
    assertThat(time.instant()).isEqualTo(ManualTime.START);
  }

  @Test
  void listeners_see_the_new_instant() {
    ManualTime time = ManualTime.create();
    List<Instant> seen = new ArrayList<>();
    Runnable listener = () -> seen.add(time.instant());
    time.onMove(listener);
    time.advance(Duration.ofDays(1));
    time.forget(listener);
    time.advance(Duration.ofDays(1));
    assertThat(seen).containsExactly(ManualTime.START.plus(Duration.ofDays(1)));
  }
}
