package dev.holdfast.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The directory the invoices end up in. A file appears there whole or not at all, also when the
 * process is killed while it writes.
 */
final class InvoiceFolder {
  private static final String PREFIX = "invoice-";
  private static final String SUFFIX = ".txt";
  private static final String UNFINISHED = ".unfinished";

  private final Path directory;

  InvoiceFolder(Path directory) {
    this.directory = directory;
  }

  /** Writes to a file that is not in place yet. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path unfinished) throws IOException, InterruptedException;
  }

  Path directory() {
    return directory;
  }

  /** Makes the directory, and removes what an earlier run left there; other files stay. */
  void reset() throws IOException {
    Files.createDirectories(directory);
    for (Path file : list()) {
      Files.delete(file);
    }
    for (Path file : files(".*\\" + UNFINISHED)) {
      Files.delete(file);
    }
  }

  /** Puts an invoice in place, instead of an earlier one of the same order. */
  void put(String orderNumber, String text) throws IOException, InterruptedException {
    replace(fileName(orderNumber), unfinished -> Files.writeString(unfinished, text));
  }

  /** Writes a file beside its place, then moves it there in one step. */
  Path replace(String fileName, Content content) throws IOException, InterruptedException {
    // A name of its own for each writer: two runs of one job, by a worker thought dead and by the
    // one that took over, must not write into one file.
    Path unfinished = directory.resolve(fileName + "-" + UUID.randomUUID() + UNFINISHED);
    try {
      content.writeTo(unfinished);
      return Files.move(unfinished, directory.resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Whether the invoice of an order is in place. */
  boolean has(String orderNumber) {
    return Files.exists(directory.resolve(fileName(orderNumber)));
  }

  /** The invoices, in the order of their numbers. */
  List<Path> list() throws IOException {
    return files(PREFIX + ".*\\" + SUFFIX);
  }

  private List<Path> files(String nameRegex) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> String.valueOf(file.getFileName()).matches(nameRegex))
          .sorted()
          .toList();
    }
  }

  private static String fileName(String orderNumber) {
    return PREFIX + orderNumber + SUFFIX;
  }
}
