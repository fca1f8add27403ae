package dev.holdfast.examples.benchmark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the measuring JVM does: runs the scenarios, prints tables and writes the file. */
final class BenchmarkRun {
  private final Scale scale;
  private final List<Scenario> scenarios;
  private final Path file;
  private final PrintStream out;
  private final PrintStream progress;

  /**
   * Prepares a run.
   *
   * @param file where the figures go
   * @param out where the tables go
   * @param progress where a line for each round goes
   */
  BenchmarkRun(
      Scale scale, List<Scenario> scenarios, Path file, PrintStream out, PrintStream progress) {
    this.scale = scale;
    this.scenarios = List.copyOf(scenarios);
    this.file = file;
    this.out = out;
    this.progress = progress;
  }

  /** Runs in a JVM that {@link Benchmark} started. */
  public static void main(String[] args) throws IOException {
    Jvm.endWithStarter();
    Arguments arguments = Arguments.parse(List.of(args));
    Path file = arguments.out();
    if (file == null) {
      file = Benchmark.target().resolve("benchmark.json");
    }
    String redis = System.getenv(Benchmark.REDIS_URL);
    Scale scale = arguments.scale();
    List<Scenario> picked = arguments.picked(Scenarios.all(new Bench(scale, redis)));
    int code =
        new BenchmarkRun(scale, picked, file, System.out, System.err)
            .run(Machine.read(redis, List.of(args)));
    System.exit(code);
  }

  /** Runs everything, and returns the exit code. */
  int run(Machine machine) throws IOException {
    Report report = new Report(out);
    report.begin(machine, scale);
    Suite suite = new Suite(scale, progress);
    List<Suite.Outcome> outcomes = new ArrayList<>();
    String broken = null;
    try {
      for (Scenario scenario : scenarios) {
        Suite.Outcome outcome = suite.run(scenario);
        outcomes.add(outcome);
        report.table(outcome);
        // After each, so that a long run that is ended keeps what it has.
        ReportFile.write(file, machine, scale, outcomes, "not all scenarios were run");
      }
    } catch (BrokenDeliveryException e) {
      broken = e.getMessage();
      LoggerFactory.getLogger(BenchmarkRun.class).error("A run broke its delivery", e);
    } catch (Exception e) {
      broken = e.toString();
      LoggerFactory.getLogger(BenchmarkRun.class).error("A run failed", e);
    }
    ReportFile.write(file, machine, scale, outcomes, broken);
    report.end(file, broken);
    return broken == null ? 0 : 1;
  }
}
