package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.InvalidHandlerException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PoolTest {
  @Test
  void slots_are_split_into_equal_pools_of_128_at_most() {
    assertThat(Pool.split(1)).containsExactly(1);
    assertThat(Pool.split(7)).containsExactly(7);
    assertThat(Pool.split(8)).containsExactly(4, 4);
    assertThat(Pool.split(128)).containsExactly(64, 64);
    assertThat(Pool.split(257)).containsExactly(86, 86, 85);
    assertThat(Pool.split(129)).containsExactly(65, 64);
    assertThat(Pool.split(1000)).hasSize(8).containsOnly(125);
    assertThat(Arrays.stream(Pool.split(10_000)).sum()).isEqualTo(10_000);
  }

  @Test
  void strict_order_is_the_order_given() {
    QueuePicker picker = new QueuePicker(QueueOrder.strict("a", "b", "c"), new Random(1));
    assertThat(picker.next()).containsExactly(0, 1, 2);
    assertThat(picker.next()).containsExactly(0, 1, 2);
  }

  @Test
  void weighted_order_begins_with_each_queue_in_proportion_to_its_weight() {
    Map<String, Integer> weights = new LinkedHashMap<>();
    weights.put("a", 6);
    weights.put("b", 3);
    weights.put("c", 1);
    QueuePicker picker = new QueuePicker(QueueOrder.weighted(weights), new Random(7));
    int[] first = new int[3];
    for (int i = 0; i < 10_000; i++) {
      int[] order = picker.next();
      assertThat(order).containsExactlyInAnyOrder(0, 1, 2);
      first[order[0]]++;
    }
    assertThat(first[0]).isBetween(5_700, 6_300);
    assertThat(first[1]).isBetween(2_700, 3_300);
    assertThat(first[2]).isBetween(800, 1_200);
  }

  @Test
  void a_suspect_keeps_the_gate_its_turn_took() {
    SuspectGate gate = new SuspectGate();
    Object turn = new Object();
    Object job = new Object();
    assertThat(gate.tryEnter(turn)).isTrue();
    assertThat(gate.tryEnter(job)).isFalse();
    gate.pass(turn, job);
    gate.leave(turn);
    assertThat(gate.isHeldBy(job)).isTrue();
    assertThat(gate.tryEnter(turn)).isFalse();
    gate.leave(job);
    assertThat(gate.tryEnter(turn)).isTrue();
  }

  @Test
  void periods_that_could_reap_live_attempts_are_refused_with_the_numbers() {
    WorkerOptions fine = WorkerOptions.defaults();
    WorkerRuntime.checkPeriods(fine, Duration.ofSeconds(2));
    WorkerOptions slow = fine.toBuilder().reapPeriod(Duration.ofSeconds(10)).build();
    assertThatThrownBy(() -> WorkerRuntime.checkPeriods(slow, Duration.ofSeconds(2)))
        .isInstanceOf(InvalidHandlerException.class)
        .hasMessageContaining("PT10S")
        .hasMessageContaining("PT23S")
        .hasMessageContaining("PT20S");
  }
}
