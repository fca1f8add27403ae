package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends the signals that Java has no method for, and waits for what they do. */
final class Signals {
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STOPPED_TIMEOUT = Duration.ofSeconds(1);

  private Signals() {}

  /**
   * Sends a signal with the shell's own kill: slim systems have no such program.
   *
   * @param name without SIG
   * @throws IllegalStateException if there is no shell, or the process is gone
   */
  static void send(String name, Process process) {
    String problem;
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -$1 $2", "sh", name, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .start();
      if (awaitExit(kill, SEND_TIMEOUT) && kill.exitValue() == 0) {
        return;
      }
      problem =
          kill.isAlive()
              ? "no end within " + SEND_TIMEOUT
              : new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      kill.destroyForcibly();
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
    throw new IllegalStateException(
        "cannot send SIG" + name + " to process " + process.pid() + ": " + problem);
  }

  /**
   * Waits until a process that was sent SIGSTOP stands still: the signal takes effect a moment
   * after it is sent. Linux tells when; elsewhere this returns at once.
   *
   * @return false if the process ended instead
   */
  static boolean awaitStopped(Process process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "stat");
    long deadline = System.nanoTime() + STOPPED_TIMEOUT.toNanos();
    // nothing tells when another process stops, so its state is read every millisecond
    while (Files.exists(status) && !isStopped(status) && System.nanoTime() - deadline < 0) {
      if (awaitExit(process, Duration.ofMillis(1))) {
        return false;
      }
    }
    return process.isAlive();
  }

  private static boolean isStopped(Path status) {
    try {
      String line = Files.readString(status);
      // pid (name) state ...; the name may hold anything, so the last bracket counts
      return line.startsWith(") T", line.lastIndexOf(')'));
    } catch (IOException gone) {
      return true;
    }
  }

  /** Waits until the process is gone; an interrupt ends the wait and stays set. */
  static boolean awaitExit(Process process, Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }
}
