package dev.holdfast.examples.trialexpiration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.trialexpiration.KillPoint.Moment;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillPointTest {
  @Test
  void each_is_at_a_step_that_the_users_trial_comes_to() {
    assertThat(KillPoint.ALL)
        .allSatisfy(
            point ->
                assertThat(Customer.valueOf(point.user().toUpperCase(Locale.ROOT)).ending().steps())
                    .contains(point.step()));
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void there_is_one_at_each_moment(Moment moment) {
    assertThat(KillPoint.ALL).extracting(KillPoint::moment).contains(moment);
  }

  @Test
  void each_has_a_name_of_its_own() {
    assertThat(KillPoint.ALL).extracting(KillPoint::text).doesNotHaveDuplicates();
    assertThat(new KillPoint("dan", "warn", Moment.AFTER_EFFECT).text())
        .isEqualTo("dan, \"warn\", after effect");
  }
}
