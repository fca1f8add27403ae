package dev.holdfast.testkit.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads what a process prints, so that it never blocks on a full pipe, and keeps the last lines of
 * it.
 */
final class OutputTail {
  private static final int LINES = 40;
  private static final int LINE_LENGTH = 500;

  /** The last lines, oldest first; guarded by itself. */
  private final Deque<String> lines = new ArrayDeque<>();

  private final Thread reader;

  private OutputTail(Process process, String name, Runnable atEnd) {
    this.reader = new Thread(() -> read(process, atEnd), name);
    reader.setDaemon(true);
  }

  /**
   * Starts to read, on a daemon thread.
   *
   * @param atEnd run once the process prints no more because it is gone
   */
  static OutputTail of(Process process, String name, Runnable atEnd) {
    OutputTail tail = new OutputTail(process, name, atEnd);
    tail.reader.start();
    return tail;
  }

  private void read(Process process, Runnable atEnd) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        keep(line.length() > LINE_LENGTH ? line.substring(0, LINE_LENGTH) + "..." : line);
      }
    } catch (IOException e) {
      // a process that is killed may break its pipe instead of closing it: the end all the same
    } finally {
      atEnd.run();
    }
  }

  private void keep(String line) {
    synchronized (lines) {
      if (lines.size() == LINES) {
        lines.removeFirst();
      }
      lines.addLast(line);
    }
  }

  List<String> lastLines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /**
   * Gives the last lines of a process that has ended, once all of them are read; waits at most a
   * second.
   */
  List<String> lastLinesAtEnd() {
    try {
      reader.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return lastLines();
  }
}
