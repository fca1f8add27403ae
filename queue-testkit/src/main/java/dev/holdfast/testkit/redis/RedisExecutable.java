package dev.holdfast.testkit.redis;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code redis-server} that runs on this machine: its {@code --version} has been read.
 *
 * @param temporary the directory it was unpacked to and that goes with the JVM; null for an
 *     installed one
 */
record RedisExecutable(Path path, RedisOrigin origin, int major, @Nullable Path temporary) {
  private static final Pattern VERSION = Pattern.compile("\\bv=((\\d+)\\.(\\d+)\\.[0-9.]+)");
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Runs {@code --version}.
   *
   * @throws RedisRefusal if it does not run, is no Redis, or is older than 6.2
   */
  static RedisExecutable probe(Path path, RedisSource source, @Nullable Path temporary)
      throws RedisRefusal {
    String printed = printedVersion(path);
    Matcher version = VERSION.matcher(printed);
    if (!version.find()) {
      throw new RedisRefusal(path + " --version prints no version: " + firstLine(printed));
    }
    int major = Integer.parseInt(version.group(2));
    int minor = Integer.parseInt(version.group(3));
    if (major < 6 || (major == 6 && minor < 2)) {
      throw new RedisRefusal(path + " is version " + version.group(1) + "; 6.2 or later is needed");
    }
    return new RedisExecutable(
        path, new RedisOrigin(source, path.toString(), version.group(1)), major, temporary);
  }

  private static String printedVersion(Path path) throws RedisRefusal {
    Process process;
    try {
      process = new ProcessBuilder(path.toString(), "--version").redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new RedisRefusal(path + " cannot be run: " + e.getMessage());
    }
    try {
      process.getOutputStream().close();
      // the answer is one short line, far below what a pipe holds: waiting first cannot block the
      // process
      if (!process.waitFor(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new RedisRefusal(
            path + " --version did not end within " + ANSWER_TIMEOUT.toSeconds() + " s");
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RedisRefusal(path + " --version cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisRefusal("interrupted while " + path + " --version ran");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("nothing at all");
  }

  /** Finds a program in the directories of a {@code PATH}. */
  static Optional<Path> onPath(@Nullable String path, String program) {
    return Arrays.stream((path == null ? "" : path).split(Pattern.quote(File.pathSeparator)))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> new File(directory, program).toPath().toAbsolutePath())
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
