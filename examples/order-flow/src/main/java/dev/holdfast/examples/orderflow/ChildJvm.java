package dev.holdfast.examples.orderflow;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own for a part of the example: the payment service, and each worker. It says when it
 * is ready and what else it has to say, a line each, and ends when its standard input does: its
 * starter wants it to end, or is gone itself.
 */
final class ChildJvm implements AutoCloseable {
  /** What it says when it is ready, with a greeting. */
  static final String READY = "ready ";

  /** What is read when it has ended. */
  static final String ENDED = "(ended)";

  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final Process process;
  private final String name;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private ChildJvm(Process process, String name) {
    this.process = process;
    this.name = name;
    Thread reader = new Thread(this::read, "reads " + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one.
   *
   * @param name what its log is named for
   * @param main what runs there; calls {@link #serve}
   * @param directory where its log goes
   * @param secrets environment variables: unlike arguments, other users of the machine cannot read
   *     them, and a URL may hold a password
   */
  static ChildJvm start(
      String name, Class<?> main, Path directory, Map<String, String> secrets, String... arguments)
      throws IOException {
    File log = directory.resolve(name + ".log").toFile();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-D" + OrderExample.LOG_PROPERTY + "=" + log,
                main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", classPath());
    builder.environment().putAll(secrets);
    builder.redirectError(Redirect.appendTo(log));
    return new ChildJvm(builder.start(), name);
  }

  private void read() {
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      said.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed while it spoke.
    }
    lines.add(ENDED);
  }

  /** The next line it has said, {@link #ENDED} when it has ended; null if there is none yet. */
  @Nullable String said() {
    return lines.poll();
  }

  /**
   * Waits until it is ready, and drops what it has said before.
   *
   * @return its greeting
   * @throws IOException if it ends instead
   */
  String awaitReady() throws IOException, InterruptedException {
    String line;
    do {
      line = lines.take();
    } while (!line.equals(ENDED) && !line.startsWith(READY));
    if (line.equals(ENDED)) {
      throw new IOException(name + " ended before it was ready");
    }
    return line.substring(READY.length());
  }

  /** In the child: says that it is ready, and waits until it is to end. */
  static void serve(String greeting) throws IOException {
    serve(greeting, () -> {});
  }

  /**
   * In the child: says that it is ready, and waits until it is to end.
   *
   * @param onNudge what to do when its starter nudges it
   */
  static void serve(String greeting, Runnable onNudge) throws IOException {
    System.out.println(READY + greeting);
    while (System.in.read() >= 0) {
      onNudge.run();
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Kills it with SIGKILL: it gets no chance to finish or hand back anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Kills it and does not wait for that. */
  void abandon() {
    process.destroyForcibly();
  }

  /** Stops it with SIGSTOP: its clock goes on, it does not. */
  void stop() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets it go on where it was stopped, with SIGCONT, and nudges it. */
  void goOn() throws IOException, InterruptedException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", signal, String.valueOf(pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill " + signal + " of " + name + " ended with " + code);
    }
  }

  /** Asks it to finish what it does, and to end. */
  void end() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy(); // asks, too
    }
  }

  /** Asks it to end and waits for that. Does nothing if it has ended. */
  @Override
  public void close() {
    end();
    try {
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
    if (ChildJvm.class.getClassLoader() instanceof URLClassLoader loader) {
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
