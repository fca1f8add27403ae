package dev.holdfast.examples.benchmark;

import dev.holdfast.examples.benchmark.micro.Micro;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures Holdfast on a real Redis that it starts itself, in a JVM of its own with fixed flags.
 *
 * <p>Run it with {@code mvn -q compile exec:java -pl examples/benchmark -am}; add {@code
 * -Dexec.args=--help} for the options. What is measured and how is told in {@code
 * docs/benchmarks.md}.
 */
public final class Benchmark {
  /** Names the log file to {@code logback.xml}. */
  static final String LOG_PROPERTY = "benchmark.log";

  /** Names the Redis to the measuring JVM: arguments can be read by every user of the machine. */
  static final String REDIS_URL = "BENCHMARK_REDIS_URL";

  private static final String HEAP = "512m";

  private Benchmark() {}

  /** Runs it; ends the JVM with another code than 0 if a run lost or repeated a job. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int code = run(List.of(args));
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(List<String> args) throws IOException, InterruptedException {
    Arguments arguments;
    List<Scenario> all;
    try {
      arguments = Arguments.parse(args);
      all = Scenarios.all(new Bench(arguments.scale(), arguments.redis()));
      arguments.picked(all);
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
      System.out.println();
      System.out.print(Arguments.USAGE);
      return 2;
    }
    if (arguments.help()) {
      System.out.print(Arguments.USAGE);
      return 0;
    }
    if (arguments.list()) {
      all.forEach(scenario -> System.out.printf("%-12s %s%n", scenario.name(), scenario.about()));
      return 0;
    }
    return measure(args, arguments);
  }

  private static int measure(List<String> args, Arguments arguments)
      throws IOException, InterruptedException {
    Class<?> main = arguments.micro() ? Micro.class : BenchmarkRun.class;
    ProcessBuilder builder =
        Jvm.prepare(HEAP, target().resolve("benchmark.log"), main, withoutRedis(args));
    if (arguments.redis() != null) {
      builder.environment().put(REDIS_URL, arguments.redis());
    }
    Process process =
        builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT).start();
    Thread killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    int code = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(killer);
    return code;
  }

  private static List<String> withoutRedis(List<String> args) {
    List<String> rest = new ArrayList<>(args);
    int at = rest.indexOf("--redis");
    if (at >= 0) {
      rest.remove(at + 1);
      rest.remove(at);
    }
    return rest;
  }

  /** The module's {@code target}; elsewhere than in a build, a new directory. */
  static Path target() throws IOException {
    CodeSource classes = Benchmark.class.getProtectionDomain().getCodeSource();
    if (classes != null) {
      Path build = Path.of(URI.create(classes.getLocation().toString())).getParent();
      if (build != null && build.endsWith("target")) {
        return build;
      }
    }
    return Files.createTempDirectory("holdfast-benchmark-");
  }
}
