package dev.holdfast.redis.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/**
 * The part of an append-only file that Redis appends to, of a server that does not run. Written
 * with {@code aof-timestamp-enabled yes} it has a line {@code #TS:<seconds>} before the first
 * command of each second.
 */
final class AppendOnlyFile {
  private final Path file;

  private AppendOnlyFile(Path file) {
    this.file = file;
  }

  /** The one in a data directory; there is one as long as Redis has not rewritten it. */
  static AppendOnlyFile in(Path dataDirectory) {
    try (var files = Files.list(dataDirectory.resolve("appendonlydir"))) {
      List<Path> parts = files.filter(path -> path.toString().endsWith(".incr.aof")).toList();
      if (parts.size() != 1) {
        throw new IllegalStateException("one part is expected, found " + parts);
      }
      return new AppendOnlyFile(parts.get(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the last bytes, as a write that did not come to its end leaves it. */
  void cut(long bytes) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Removes all that was written after the given second, as a power loss does with what the
   * operating system had not written to disk.
   *
   * @return the bytes removed
   */
  int cutAfter(long second) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int transaction = -1;
    for (int at = 0; at < bytes.length; ) {
      if (bytes[at] == '#') {
        int end = lineEnd(bytes, at);
        String line = text(bytes, at, end);
        if (line.startsWith("#TS:") && Long.parseLong(line.substring(4)) > second) {
          // A stamp within a transaction: all of it is later than the second before.
          int from = transaction >= 0 ? transaction : at;
          cut(bytes.length - from);
          return bytes.length - from;
        }
        at = end + 2;
      } else {
        int start = at;
        int end = lineEnd(bytes, at);
        int parts = Integer.parseInt(text(bytes, at + 1, end));
        String name = "";
        at = end + 2;
        for (int i = 0; i < parts; i++) {
          end = lineEnd(bytes, at);
          int length = Integer.parseInt(text(bytes, at + 1, end));
          if (i == 0) {
            name = text(bytes, end + 2, end + 2 + length);
          }
          at = end + 2 + length + 2;
        }
        transaction =
            switch (name) {
              case "MULTI" -> start;
              case "EXEC" -> -1;
              default -> transaction;
            };
      }
    }
    return 0;
  }

  private static int lineEnd(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] != '\r') {
      at++;
    }
    return at;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Copies a data directory of a server that does not run. */
  static void copy(Path from, Path to) {
    try (var files = Files.walk(from)) {
      for (Path source : files.sorted(Comparator.naturalOrder()).toList()) {
        Path target = to.resolve(from.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
