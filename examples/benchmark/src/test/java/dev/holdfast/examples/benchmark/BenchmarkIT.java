package dev.holdfast.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Worker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BenchmarkIT {
  /** One run of a few hundred jobs: shows that it works, tells nothing of speed. */
  private static final Scale TINY =
      new Scale(
          true, false, 1, Duration.ofMillis(20), Duration.ZERO, 200, 200, Duration.ofMillis(200));

  /** Run whole; of the others one row shows that they work. */
  private static final List<String> WHOLE = List.of("drain", "delayed", "memory", "idle");

  @TempDir private Path directory;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(List<Scenario> scenarios) throws IOException {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new BenchmarkRun(TINY, scenarios, file(), out, out)
        .run(new Machine(Map.of("machine", "of this test")));
  }

  private Path file() {
    return directory.resolve("benchmark.json");
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** One of several that differ in a setting; of the processes one, for JVMs start slowly. */
  private static Scenario oneRowOf(Scenario scenario) {
    List<Row> rows = scenario.rows();
    Row row = rows.get(scenario.name().equals("processes") ? 1 : rows.size() - 1);
    return Scenario.changing(scenario.name(), scenario.about(), scenario.compared(), List.of(row));
  }

  @Test
  void every_row_is_measured_and_shown() throws IOException {
    Bench bench = new Bench(TINY, null);
    List<Scenario> scenarios = new ArrayList<>();
    for (Scenario scenario : Scenarios.all(bench)) {
      scenarios.add(WHOLE.contains(scenario.name()) ? scenario : oneRowOf(scenario));
    }

    int code = run(scenarios);

    assertThat(code).as(text()).isZero();
    JsonNode json = new ObjectMapper().readTree(file().toFile());
    assertThat(json.get("incomplete").isNull()).isTrue();
    for (int i = 0; i < scenarios.size(); i++) {
      Scenario scenario = scenarios.get(i);
      JsonNode rows = json.at("/scenarios/" + i + "/rows");
      assertThat(rows).hasSameSizeAs(scenario.rows());
      for (int j = 0; j < rows.size(); j++) {
        String name = scenario.rows().get(j).name();
        assertThat(rows.get(j).get("name").asText()).isEqualTo(name);
        // The one row that may have none: redis-benchmark is no part of the build.
        if (!name.equals("redis-benchmark: not on the PATH")) {
          assertThat(rows.get(j).get("figures")).as(scenario.name() + ", " + name).isNotEmpty();
        }
        assertThat(text()).contains("| " + name + " ");
      }
    }
  }

  @Test
  void a_job_that_misses_ends_the_benchmark() throws IOException {
    Bench bench = new Bench(TINY, null);
    Row losing =
        Row.holdfast(
            "loses one",
            jobs -> {
              try (Rig rig = bench.rig()) {
                Receiver receiver = new Receiver();
                Deliveries deliveries = new Deliveries(jobs);
                receiver.with(
                    (number, context) -> {
                      if (number != 7) {
                        deliveries.handled(number);
                      }
                    });
                try (Worker ignored = receiver.start(rig.holdfast(), 5)) {
                  Backlog.fill(rig.holdfast(), jobs);
                  Backlog.awaitEmpty(rig.holdfast(), List.of(Noop.QUEUE));
                }
                deliveries.requireExact();
                return Sample.EMPTY;
              }
            });

    int code = run(List.of(Scenario.beside("drain", "a backlog", Figure.RATE, List.of(losing))));

    assertThat(code).isEqualTo(1);
    assertThat(text())
        .contains("BROKEN: drain, loses one: 199 of 200 jobs were handled exactly once")
        .contains("not at all: [7]");
    JsonNode json = new ObjectMapper().readTree(file().toFile());
    assertThat(json.get("incomplete").asText()).contains("loses one");
  }
}
