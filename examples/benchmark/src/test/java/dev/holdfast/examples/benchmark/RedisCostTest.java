package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RedisCostTest {
  private static RedisCost cost(String cpu, int evalsha, int blpop, int info, int all) {
    return RedisCost.of(
        Map.of(
            "used_cpu_user",
            cpu,
            "used_cpu_sys",
            "1.5",
            "total_commands_processed",
            Integer.toString(all),
            "total_net_input_bytes",
            "1000",
            "cmdstat_evalsha",
            "calls=" + evalsha + ",usec=1,usec_per_call=1.00",
            "cmdstat_blpop",
            "calls=" + blpop + ",usec=1",
            "cmdstat_hset",
            "calls=77,usec=1",
            "cmdstat_info",
            "calls=" + info + ",usec=1"));
  }

  @Test
  void a_cost_is_the_difference_without_the_info_that_asked() {
    RedisCost spent = cost("2.000010", 30, 7, 3, 1_101).since(cost("2.000000", 20, 5, 2, 100));

    Sample sample = spent.perJob(10);
    assertThat(sample.get(Figure.ROUND_TRIPS)).hasValue(1.0);
    assertThat(sample.get(Figure.SENT)).hasValue(1.2);
    assertThat(sample.get(Figure.COMMANDS)).hasValue(100.0);
    assertThat(sample.get(Figure.REDIS_CPU).orElseThrow()).isBetween(0.99, 1.01);
  }

  @Test
  void commands_inside_scripts_are_not_counted_as_sent() {
    RedisCost spent = cost("2", 1, 0, 2, 60).since(cost("2", 0, 0, 1, 0));

    assertThat(spent.sent()).isEqualTo(1);
    assertThat(spent.executed()).isEqualTo(59);
  }
}
