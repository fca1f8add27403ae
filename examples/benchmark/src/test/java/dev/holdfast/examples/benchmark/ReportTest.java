package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));

  private final Suite.Outcome outcome = outcome();

  private static Suite.Outcome outcome() {
    Scenario scenario =
        Scenario.beside(
            "drain",
            "a backlog",
            Figure.RATE,
            List.of(
                new Row("list", Role.PIPELINED, 0, jobs -> Sample.EMPTY),
                Row.holdfast("1 slot", jobs -> Sample.EMPTY)));
    Series list = new Series();
    Series slot = new Series();
    for (int run = 1; run <= 3; run++) {
      list.add(Sample.EMPTY.with(Figure.RATE, 1_000 * run));
      slot.add(
          Sample.EMPTY
              .with(Figure.RATE, 500 * run)
              .with(Figure.OF_PIPELINED, 0.5)
              .with(Figure.REDIS_CPU, 7.123 * run));
    }
    return new Suite.Outcome(scenario, List.of(list, slot));
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_row_has_its_median_and_range_and_its_ratio() {
    report.table(outcome);

    assertThat(text())
        .contains("## drain: a backlog")
        .containsPattern("\\| drain +\\| +rate, jobs/s \\| to pipelined list, × \\|")
        .containsPattern("\\| 1 slot +\\| +1,000 \\[500 to 1,500] \\| +0.50 \\|")
        .containsPattern("\\| list +\\| +2,000 \\[1,000 to 3,000] \\| +\\|");
  }

  @Test
  void costs_have_a_table_of_their_own() {
    report.table(outcome);

    assertThat(text()).containsPattern("\\| drain +\\| Redis CPU, µs/job \\|\\R");
    assertThat(text()).containsPattern("\\| 1 slot +\\| +14.25 \\|");
  }

  @Test
  void fewer_runs_than_usual_are_marked() {
    report.begin(new Machine(Map.of("Redis", "7.0.15")), Scale.QUICK);

    assertThat(text())
        .contains("- Redis: 7.0.15")
        .contains("counted runs, here 3,")
        .contains("not to be quoted");
  }

  @Test
  void the_usual_number_of_runs_is_not_marked() {
    report.begin(new Machine(Map.of()), Scale.FULL);

    assertThat(text()).contains("counted runs, here 5,").doesNotContain("not to be quoted");
  }

  @Test
  void a_busy_machine_is_marked() {
    assertThat(Machine.load(0.4)).isEqualTo("0.40 over one minute");
    assertThat(Machine.load(4.9)).contains("4.90", "busy", "not to be quoted");
  }

  @Test
  void a_broken_run_is_said_loudly() {
    report.end(directory.resolve("b.json"), "drain, 1 slot: 9 of 10 jobs");

    assertThat(text()).contains("BROKEN: drain, 1 slot: 9 of 10 jobs");
  }

  @Test
  void the_file_has_every_run() throws IOException {
    Path file = directory.resolve("deep/benchmark.json");

    ReportFile.write(
        file, new Machine(Map.of("Redis", "7.0.15")), Scale.QUICK, List.of(outcome), null);

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.at("/machine/Redis").asText()).isEqualTo("7.0.15");
    assertThat(json.at("/incomplete").isNull()).isTrue();
    JsonNode rate = json.at("/scenarios/0/rows/1/figures/rate");
    assertThat(rate.get("median").asDouble()).isEqualTo(1_000);
    assertThat(rate.get("values")).hasSize(3);
    assertThat(rate.get("unit").asText()).isEqualTo("jobs/s");
    assertThat(json.at("/scenarios/0/rows/0/role").asText()).isEqualTo("pipelined");
  }
}
