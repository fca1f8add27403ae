package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.orderflow.KillPoint.Fate;
import dev.holdfast.examples.orderflow.KillPoint.Moment;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillPointTest {
  @Test
  void each_is_at_a_step_that_the_customers_order_comes_to() {
    assertThat(KillPoint.ALL)
        .allSatisfy(
            point ->
                assertThat(
                        Customer.valueOf(point.customer().toUpperCase(Locale.ROOT))
                            .ending()
                            .steps())
                    .containsKey(point.step()));
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void there_is_one_at_each_moment(Moment moment) {
    assertThat(KillPoint.ALL).extracting(KillPoint::moment).contains(moment);
  }

  @Test
  void both_branches_have_one() {
    assertThat(KillPoint.ALL)
        .extracting(KillPoint::step)
        .contains("fulfil/confirm", "fulfil/decrement");
  }

  @Test
  void one_worker_is_stopped() {
    assertThat(KillPoint.ALL).filteredOn(point -> point.fate() == Fate.STOPPED).hasSize(1);
  }

  @Test
  void each_has_a_name_of_its_own() {
    assertThat(KillPoint.ALL).extracting(KillPoint::text).doesNotHaveDuplicates();
  }
}
