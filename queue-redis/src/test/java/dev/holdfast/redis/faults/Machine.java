package dev.holdfast.redis.faults;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What rows tagged {@code os} need of the machine: root, a compiler, a Redis that is linked
 * dynamically. Where it is missing, the row is skipped and says why; with {@code
 * HOLDFAST_OS_TESTS=required} in the environment it fails.
 */
final class Machine {
  private Machine() {}

  /** Goes on only if the need is met. */
  static void needs(boolean met, String what) {
    if (!met && "required".equals(System.getenv("HOLDFAST_OS_TESTS"))) {
      fail("this row must run here, and " + what);
    }
    assumeTrue(met, what);
  }

  /** A program on the PATH. */
  static Path program(String name, String debianPackage) {
    Optional<Path> found =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .map(directory -> Path.of(directory, name))
            .filter(Files::isExecutable)
            .findFirst();
    needs(
        found.isPresent(), "needs " + name + " on the PATH (Debian package " + debianPackage + ")");
    return found.orElseThrow();
  }

  /** Runs a command to its end; true if it succeeded. */
  static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
