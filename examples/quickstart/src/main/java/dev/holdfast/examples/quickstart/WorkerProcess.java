package dev.holdfast.examples.quickstart;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.worker.WorkerOptions;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/** A worker in a JVM of its own, to be killed. Its {@link #main} is what runs there. */
final class WorkerProcess implements AutoCloseable {
  /**
   * Short leases, so that what a killed worker held is taken back within seconds. They must be
   * longer than two reap periods, the jitter, a reconnect (2 s) and an extension period together;
   * the defaults bear an outage of Redis of 20 s, these do not.
   */
  private static final WorkerOptions SHORT_LEASES =
      WorkerOptions.builder()
          .lease(Duration.ofSeconds(5))
          .extendPeriod(Duration.ofSeconds(1))
          .reapPeriod(Duration.ofMillis(500))
          .reapJitter(Duration.ofMillis(100))
          .blockTime(Duration.ofMillis(500))
          .build();

  private static final String REDIS_URL = "QUICKSTART_REDIS_URL";
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final Process process;

  private WorkerProcess(Process process) {
    this.process = process;
  }

  /** Runs a worker until standard input ends: its starter wants it to end, or is gone itself. */
  public static void main(String[] args) throws IOException {
    String url = Objects.requireNonNull(System.getenv(REDIS_URL), REDIS_URL);
    try (Holdfast holdfast = Quickstart.connect(url, args[0]);
        Worker worker = InvoiceWorker.start(holdfast, Path.of(args[1]), SHORT_LEASES)) {
      while (System.in.read() >= 0) {
        // Nothing is ever written there.
      }
    }
  }

  /**
   * Starts one.
   *
   * @param name what its log is named for
   * @param directory where the invoices go, and its log
   */
  static WorkerProcess start(String name, String url, String namespace, Path directory)
      throws IOException {
    File log = directory.resolve(name + ".log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-D" + Quickstart.LOG_PROPERTY + "=" + log,
            WorkerProcess.class.getName(),
            namespace,
            directory.toString());
    builder.environment().put("CLASSPATH", classPath());
    // Not an argument: those can be read by every user of the machine, and a URL may hold a
    // password.
    builder.environment().put(REDIS_URL, url);
    builder.redirectOutput(Redirect.appendTo(log)).redirectError(Redirect.appendTo(log));
    return new WorkerProcess(builder.start());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Kills it with SIGKILL: it gets no chance to finish or hand back anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Lets it finish what it runs, and end. Does nothing if it has ended. */
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(DRAIN.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The class path this JVM runs on, as {@code java} takes it. */
  private static String classPath() {
    if (WorkerProcess.class.getClassLoader() instanceof URLClassLoader loader) {
      // `mvn exec:java` runs us in Maven's own JVM, by a class loader made for us.
      StringJoiner path = new StringJoiner(File.pathSeparator);
      for (URL entry : loader.getURLs()) {
        path.add(Path.of(URI.create(entry.toString())).toString());
      }
      return path.toString();
    }
    return System.getProperty("java.class.path");
  }
}
