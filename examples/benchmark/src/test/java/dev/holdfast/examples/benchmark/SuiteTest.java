package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteTest {
  private final Scale scale =
      new Scale(
          true, false, 2, Duration.ofMillis(500), Duration.ofNanos(1), 9_000, 9_000, Duration.ZERO);
  private final Suite suite =
      new Suite(
          scale, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

  private final List<String> ran = new ArrayList<>();

  private Row row(String name, Role role, double rate) {
    return new Row(
        name,
        role,
        0,
        jobs -> {
          ran.add(name + " " + jobs);
          return Sample.EMPTY.with(Figure.RATE, rate);
        });
  }

  @Test
  void rows_are_warmed_up_and_then_run_in_rounds_with_ratios_of_the_round() throws Exception {
    Scenario scenario =
        Scenario.beside(
            "s",
            "",
            Figure.RATE,
            List.of(row("list", Role.PIPELINED, 10_000), row("ours", Role.HOLDFAST, 4_000)));

    Suite.Outcome outcome = suite.run(scenario);

    assertThat(ran)
        .containsExactly(
            "list 2000",
            "list 5000",
            "ours 2000",
            "ours 2000",
            "list 5000",
            "ours 2000",
            "list 5000",
            "ours 2000");
    assertThat(outcome.series().get(1).of(Figure.OF_PIPELINED).orElseThrow().values())
        .containsExactly(0.4, 0.4);
    assertThat(outcome.series().get(0).of(Figure.OF_PIPELINED)).isEmpty();
  }

  @Test
  void a_run_never_gets_more_jobs_than_the_scale_allows() throws Exception {
    suite.run(Scenario.beside("s", "", Figure.RATE, List.of(row("fast", Role.HOLDFAST, 1e6))));

    assertThat(ran).containsExactly("fast 2000", "fast 9000", "fast 9000", "fast 9000");
  }

  @Test
  void a_broken_run_is_named() {
    Row broken =
        Row.holdfast(
            "row",
            jobs -> {
              throw new BrokenDeliveryException("one misses");
            });

    assertThatThrownBy(() -> suite.run(Scenario.beside("drain", "", Figure.RATE, List.of(broken))))
        .isInstanceOf(BrokenDeliveryException.class)
        .hasMessage("drain, row: one misses");
  }
}
