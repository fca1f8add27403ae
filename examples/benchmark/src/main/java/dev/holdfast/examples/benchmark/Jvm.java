package dev.holdfast.examples.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Starts JVMs with the flags and the class path that every figure is measured with. */
final class Jvm {
  private Jvm() {}

  /**
   * Prepares a JVM. Its standard input is a pipe: when it ends, the starter wants it to end, or is
   * gone itself; see {@link #endWithStarter}.
   *
   * @param log where it logs; no two JVMs into one file
   * @param heap such as 512m; fixed, so that no growing heap is measured
   */
  static ProcessBuilder prepare(String heap, Path log, Class<?> main, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags(heap));
    command.add("-D" + Benchmark.LOG_PROPERTY + "=" + log);
    command.add(main.getName());
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", classPath());
    return builder;
  }

  /** Serial collector: one thread, nothing that runs beside what is measured on a small machine. */
  private static List<String> flags(String heap) {
    List<String> flags =
        new ArrayList<>(
            List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    if (Runtime.version().feature() >= 24) {
      flags.add("--enable-native-access=ALL-UNNAMED"); // Netty loads native code
      flags.add("--sun-misc-unsafe-memory-access=allow"); // and uses Unsafe
    }
    return flags;
  }

  /** Ends this JVM as soon as its standard input ends. */
  static void endWithStarter() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is ever written there.
                }
              } catch (IOException e) {
                // It is gone as well.
              }
              Runtime.getRuntime().halt(1);
            },
            "benchmark-starter-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** The class path this JVM runs on, as {@code java} takes it. */
  private static String classPath() {
    if (Jvm.class.getClassLoader() instanceof URLClassLoader loader) {
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
