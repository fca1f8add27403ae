package dev.holdfast.testkit;

import dev.holdfast.spi.Note;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What attempts leave with their job: progress, checkpoint, result, the last five lines of its
 * history, the last 100 lines or 16 KiB of its log. Guarded by the lock of its queue.
 */
final class MemoryNotes {
  private static final int MOST_ATTEMPTS = 5;
  private static final int MOST_LOG_LINES = 100;
  private static final int MOST_LOG_BYTES = 16_384;

  private byte @Nullable [] progress;
  private byte @Nullable [] checkpoint;
  private byte @Nullable [] result;
  private final Deque<byte[]> history = new ArrayDeque<>();
  private final Deque<byte[]> log = new ArrayDeque<>();
  private int logBytes;

  /** Whether there is something to store: an empty text counts as none. */
  static boolean some(byte @Nullable [] bytes) {
    return bytes != null && bytes.length > 0;
  }

  private static byte @Nullable [] copy(byte @Nullable [] bytes) {
    return bytes == null ? null : bytes.clone();
  }

  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  void write(Note note) {
    if (some(note.progress())) {
      progress = copy(note.progress());
    }
    if (some(note.checkpoint())) {
      checkpoint = copy(note.checkpoint());
    }
    if (some(note.logLines())) {
      addLines(note.logLines());
    }
  }

  private void addLines(byte[] lines) {
    int from = 0;
    for (int i = 0; i <= lines.length; i++) {
      if (i == lines.length || lines[i] == '\n') {
        byte[] line = Arrays.copyOfRange(lines, from, i);
        log.addLast(line);
        logBytes += line.length;
        from = i + 1;
      }
    }
    // Line breaks count as well.
    while (log.size() > 1
        && (log.size() > MOST_LOG_LINES || logBytes + log.size() - 1 > MOST_LOG_BYTES)) {
      logBytes -= log.removeFirst().length;
    }
    if (logBytes > MOST_LOG_BYTES) {
      byte[] cut = cut(log.removeLast());
      log.addLast(cut);
      logBytes = cut.length;
    }
  }

  /** As much as is kept, and not in the middle of a character. */
  private static byte[] cut(byte[] line) {
    int end = MOST_LOG_BYTES;
    int last = end - 1;
    while (last > 0 && (line[last] & 0xC0) == 0x80) {
      last--;
    }
    if ((line[last] & 0xC0) == 0xC0) {
      end = last;
    }
    return Arrays.copyOf(line, end);
  }

  /** Adds a line to the history. */
  void remember(byte[] attempt) {
    history.addLast(attempt.clone());
    if (history.size() > MOST_ATTEMPTS) {
      history.removeFirst();
    }
  }

  void result(byte @Nullable [] value) {
    if (some(value)) {
      result = copy(value);
    }
  }

  /** Drops what serves a further attempt only. */
  void ended() {
    checkpoint = null;
  }

  /** Forgets where the last attempt stopped: the next one is of another payload. */
  void startOver() {
    checkpoint = null;
  }

  byte @Nullable [] progress() {
    return copy(progress);
  }

  byte @Nullable [] checkpoint() {
    return copy(checkpoint);
  }

  byte @Nullable [] result() {
    return copy(result);
  }

  List<byte[]> history() {
    List<byte[]> lines = new ArrayList<>();
    history.stream().filter(line -> line.length > 0).forEach(line -> lines.add(line.clone()));
    return lines;
  }

  /** The last line of the history; null if there is none. */
  byte @Nullable [] last() {
    List<byte[]> lines = history();
    return lines.isEmpty() ? null : lines.get(lines.size() - 1);
  }

  List<String> log() {
    return log.stream().map(line -> new String(line, StandardCharsets.UTF_8)).toList();
  }

  /** How large history, log and result are together. */
  long size() {
    long size = logBytes;
    size += result == null ? 0 : result.length;
    for (byte[] line : history) {
      size += line.length;
    }
    return size;
  }
}
