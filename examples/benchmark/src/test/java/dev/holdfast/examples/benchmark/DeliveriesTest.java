package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
  @Test
  void each_once_is_exact() {
    Deliveries deliveries = new Deliveries(3);
    for (int number : new int[] {2, 0, 1}) {
      deliveries.handled(number);
    }

    assertThatCode(
            () -> {
              deliveries.await(Duration.ZERO);
              deliveries.requireExact();
            })
        .doesNotThrowAnyException();
  }

  @Test
  void a_job_that_misses_is_named() {
    Deliveries deliveries = new Deliveries(3);
    deliveries.handled(0);
    deliveries.handled(2);

    assertThatThrownBy(() -> deliveries.await(Duration.ofMillis(1)))
        .isInstanceOf(BrokenDeliveryException.class)
        .hasMessageContaining("2 of 3 jobs were handled exactly once; not at all: [1]");
    assertThatThrownBy(deliveries::requireExact).isInstanceOf(BrokenDeliveryException.class);
  }

  @Test
  void a_job_that_comes_twice_is_named_even_if_none_misses() {
    Deliveries deliveries = new Deliveries(2);
    deliveries.handled(0);
    deliveries.handled(1);
    deliveries.handled(1);

    assertThatThrownBy(deliveries::requireExact)
        .isInstanceOf(BrokenDeliveryException.class)
        .hasMessageContaining("not at all: none; more than once: [1]");
  }

  @Test
  void a_job_that_comes_twice_does_not_stand_in_for_one_that_misses() {
    Deliveries deliveries = new Deliveries(2);
    deliveries.handled(1);
    deliveries.handled(1);

    assertThatThrownBy(deliveries::requireExact)
        .isInstanceOf(BrokenDeliveryException.class)
        .hasMessageContaining("not at all: [0]; more than once: [1]");
  }

  @Test
  void a_job_of_another_run_is_refused() {
    assertThatThrownBy(() -> new Deliveries(2).handled(2))
        .isInstanceOf(BrokenDeliveryException.class)
        .hasMessageContaining("job 2 is none of this run");
  }

  @Test
  void a_part_of_a_backlog_may_be_awaited_and_checked() throws Exception {
    Deliveries deliveries = new Deliveries(10, 2);
    deliveries.handled(4);
    deliveries.handled(5);

    deliveries.await(Duration.ZERO);
    deliveries.requireEachOnce(2);
    assertThatThrownBy(() -> deliveries.requireEachOnce(3))
        .isInstanceOf(BrokenDeliveryException.class);
  }
}
