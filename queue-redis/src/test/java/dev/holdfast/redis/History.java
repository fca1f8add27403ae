package dev.holdfast.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What handlers in all processes did, one line an event in one file. A line is one write in append
 * mode, so that it is whole or absent even when its process is killed.
 */
public final class History {
  private final Path directory;

  public History(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  public void add(String event, int number, String more) {
    String line = event + " " + number + " " + more + "\n";
    try {
      Files.write(
          directory.resolve("history.log"),
          line.getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<String> lines() {
    Path file = directory.resolve("history.log");
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long count(String event, int number) {
    return lines().stream().filter(line -> line.startsWith(event + " " + number + " ")).count();
  }

  public long count(String event) {
    return lines().stream().filter(line -> line.startsWith(event + " ")).count();
  }

  /** How many lines of an event hold this text. */
  public long count(String event, String text) {
    return lines().stream()
        .filter(line -> line.startsWith(event + " ") && line.contains(text))
        .count();
  }

  public boolean gateIsOpen(int number) {
    return Files.exists(directory.resolve("gate-" + number));
  }

  public void openGate(int number) {
    try {
      Files.createFile(directory.resolve("gate-" + number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
