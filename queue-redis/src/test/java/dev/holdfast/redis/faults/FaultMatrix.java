package dev.holdfast.redis.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The table of all rows this JVM ran. It is written anew after each row, so that a run that is cut
 * off leaves what it did, and printed after the last.
 */
final class FaultMatrix {
  private static final Path FILE = Path.of("target", "fault-matrix.md");
  private static final String HEAD =
      """
      | row | fault | must hold | recovery, seen of bound | seen besides | verdict |
      |---|---|---|---|---|---|
      """;

  // Guarded by the class: row and test to its line.
  private static final Map<String, String> LINES = new TreeMap<>();

  private FaultMatrix() {}

  static synchronized void add(Fault fault, String test, Observed observed, String verdict) {
    LINES.put(
        String.format("%02d %s", fault.row(), test),
        "| "
            + fault.row()
            + " | "
            + fault.what()
            + " | "
            + fault.must()
            + " | "
            + observed.recovery()
            + " | "
            + String.join("; ", observed.figures())
            + " | "
            + verdict
            + " |\n");
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, table());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static synchronized String table() {
    return HEAD + String.join("", LINES.values());
  }
}
