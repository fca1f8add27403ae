package dev.holdfast.examples.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Redis's own load generator, as a limit that owes nothing to Java: one command for each job, 100
 * of them in a batch, four connections, as many batches as {@link BareList} has on their way.
 */
final class RedisBenchmark {
  /** It tells no rate of what it does within a millisecond. */
  private static final int LEAST = 20_000;

  private static final String NAME = "redis-benchmark";
  private static final int CONNECTIONS = 4;
  private static final int PIPELINE = 100;
  private static final String FROM = "bare";
  private static final String TO = "moved";

  private final Path binary;
  private final URI redis;

  private RedisBenchmark(Path binary, String redis) {
    this.binary = binary;
    this.redis = URI.create(redis);
  }

  /** A row that pushes payloads of 100 bytes to a list. */
  static Row pushing(Bench bench) {
    return row(bench, System.getenv("PATH"), "RPUSH", RedisBenchmark::push);
  }

  /** A row that moves them to a second list; nothing is removed from there. */
  static Row moving(Bench bench) {
    return row(bench, System.getenv("PATH"), "LMOVE", RedisBenchmark::move);
  }

  /** What a row runs. */
  interface Run {
    Sample of(RedisBenchmark benchmark, Rig rig, int jobs) throws Exception;
  }

  /**
   * A row, which says why it has no figures if it cannot be run.
   *
   * @param path directories, as in the environment variable; null: none
   */
  static Row row(Bench bench, @Nullable String path, String command, Run run) {
    Optional<Path> binary = find(path);
    if (binary.isEmpty()) {
      return new Row(NAME + ": not on the PATH", Role.ASIDE, 0, jobs -> Sample.EMPTY);
    }
    if (!bench.ownServer()) {
      return new Row(
          NAME + ": not run on a server given by --redis", Role.ASIDE, 0, jobs -> Sample.EMPTY);
    }
    return new Row(
        NAME + ": " + command + ", pipelined",
        Role.REDIS_BENCHMARK,
        0,
        jobs -> {
          try (Rig rig = bench.rig()) {
            return run.of(new RedisBenchmark(binary.get(), rig.url()), rig, Math.max(LEAST, jobs));
          }
        });
  }

  private static Optional<Path> find(@Nullable String path) {
    return path == null
        ? Optional.empty()
        : List.of(path.split(File.pathSeparator, -1)).stream()
            .filter(directory -> !directory.isEmpty())
            .map(directory -> Path.of(directory, NAME))
            .filter(Files::isExecutable)
            .findFirst();
  }

  private Sample push(Rig rig, int jobs) throws Exception {
    Measuring measuring = Measuring.start(rig);
    double rate = run(jobs, "RPUSH", FROM, "x".repeat(Noop.BYTES));
    return sample(measuring, rig, jobs, rate, FROM);
  }

  private Sample move(Rig rig, int jobs) throws Exception {
    run(jobs + CONNECTIONS * PIPELINE, "RPUSH", FROM, "x".repeat(Noop.BYTES));
    Measuring measuring = Measuring.start(rig);
    double rate = run(jobs, "LMOVE", FROM, TO, "LEFT", "RIGHT");
    return sample(measuring, rig, jobs, rate, TO);
  }

  /** Its processor time is not this JVM's, so that what the client cost is not shown. */
  private static Sample sample(Measuring measuring, Rig rig, int jobs, double rate, String list) {
    Sample sample =
        Sample.EMPTY
            .with(measuring.end().redis().perJob(jobs))
            .with(Figure.JOBS, jobs)
            .with(Figure.RATE, rate);
    long there = Long.parseLong(rig.redis().text("LLEN", list));
    if (there < jobs) {
      throw new BrokenDeliveryException(
          NAME + " left " + there + " payloads of " + jobs + " in the list");
    }
    return BareList.sent(sample);
  }

  /** Runs it, and returns commands in a second. */
  private double run(int requests, String... command) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                binary.toString(),
                "-h",
                redis.getHost(),
                "-p",
                Integer.toString(redis.getPort()),
                "-c",
                Integer.toString(CONNECTIONS),
                "-P",
                Integer.toString(PIPELINE),
                "-n",
                Integer.toString(requests),
                "--csv"));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          || process.exitValue() != 0) {
        throw new IOException(NAME + " failed: " + printed);
      }
      return rate(printed);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * The rate in what it printed: a head, and a line of figures in quotes, the second of which it
   * is.
   *
   * @throws IOException if there is none
   */
  static double rate(String csv) throws IOException {
    List<String> lines = csv.lines().filter(line -> line.startsWith("\"")).toList();
    String[] figures = lines.isEmpty() ? new String[0] : lines.get(lines.size() - 1).split("\",\"");
    try {
      return Double.parseDouble(figures[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(NAME + " printed no rate: " + csv, e);
    }
  }
}
