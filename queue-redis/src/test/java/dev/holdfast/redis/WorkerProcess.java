package dev.holdfast.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Starts, stops, continues and kills a {@link WorkerMain}, or another main class of these tests.
 */
public final class WorkerProcess implements AutoCloseable {
  private final Process process;
  private final Path output;

  private WorkerProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a worker; the settings are texts for {@link WorkerSettings}. */
  public static WorkerProcess start(
      String uri,
      String namespace,
      String queue,
      int concurrency,
      History history,
      String... settings) {
    List<String> args =
        new ArrayList<>(
            List.of(
                uri,
                namespace,
                queue,
                Integer.toString(concurrency),
                history.directory().toString()));
    args.addAll(List.of(settings));
    return start(WorkerMain.class, history, args.toArray(String[]::new));
  }

  public static WorkerProcess start(Class<?> main, History history, String... args) {
    return start(List.of(), Map.of(), main, history, args);
  }

  /** With more options of the JVM. */
  public static WorkerProcess start(
      List<String> options, Class<?> main, History history, String... args) {
    return start(options, Map.of(), main, history, args);
  }

  /** With more options of the JVM, and with variables of its environment. */
  public static WorkerProcess start(
      List<String> options,
      Map<String, String> environment,
      Class<?> main,
      History history,
      String... args) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try {
      Path output = Files.createTempFile(history.directory(), "worker", ".out");
      List<String> command =
          new ArrayList<>(
              List.of(java, "-Xmx128m", "-XX:ActiveProcessorCount=1", "-XX:TieredStopAtLevel=1"));
      command.addAll(options);
      command.add(main.getName());
      command.addAll(List.of(args));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .directory(history.directory().toFile());
      builder.environment().put("CLASSPATH", classPath);
      builder.environment().putAll(environment);
      return new WorkerProcess(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the process wrote, for the message of a failed test. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal. After STOP the process stands still, all threads of it, when this returns. */
  public void signal(String name) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " " + pid() + " ended with " + code);
      }
      if (name.equals("STOP")) {
        awaitStopped();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The signal takes effect a moment after it is sent. Elsewhere than on Linux none can tell. */
  private void awaitStopped() {
    Path threads = Path.of("/proc", Long.toString(pid()), "task");
    if (Files.isDirectory(threads)) {
      Awaitility.await("process " + pid() + " stands still")
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> allStopped(threads));
    }
  }

  private static boolean allStopped(Path threads) throws IOException {
    try (Stream<Path> each = Files.list(threads)) {
      return each.allMatch(WorkerProcess::isStopped);
    }
  }

  private static boolean isStopped(Path thread) {
    try {
      // id (name) state ...; the name may hold anything, so the last bracket counts
      String line = Files.readString(thread.resolve("stat"));
      return line.startsWith(") T", line.lastIndexOf(')'));
    } catch (IOException gone) {
      return true;
    }
  }

  public boolean awaitExit(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
