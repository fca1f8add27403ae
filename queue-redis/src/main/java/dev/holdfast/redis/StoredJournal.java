package dev.holdfast.redis;

import dev.holdfast.spi.Journal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A journal, or a piece of one, as scripts give it: entries {@code ms TAB bytes}, then messages
 * {@code ms TAB message id LF bytes}.
 *
 * @param whole whether that is all
 */
record StoredJournal(List<byte[]> entries, List<byte[]> messages, boolean whole) {
  /** Reads how many entries and messages follow, and those; -1 stands for more than fits. */
  static StoredJournal read(Reply reply) {
    long entries = reply.number();
    long messages = reply.number();
    return new StoredJournal(parts(reply, entries), parts(reply, messages), entries >= 0);
  }

  private static List<byte[]> parts(Reply reply, long count) {
    List<byte[]> parts = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      parts.add(reply.bytes());
    }
    return parts;
  }

  /**
   * The journal.
   *
   * @throws RuntimeException if a part of it is not as Holdfast writes it
   */
  Journal decode() {
    return new Journal(
        entries.stream().map(StoredJournal::entry).toList(),
        messages.stream().map(StoredJournal::message).toList(),
        whole);
  }

  static Journal.Entry entry(byte[] stored) {
    int tab = end(stored, 0, '\t');
    return new Journal.Entry(instant(stored, tab), rest(stored, tab));
  }

  static Journal.Message message(byte[] stored) {
    int tab = end(stored, 0, '\t');
    int second = end(stored, tab + 1, '\n');
    String id = new String(stored, tab + 1, second - tab - 1, StandardCharsets.UTF_8);
    return new Journal.Message(id, instant(stored, tab), rest(stored, second));
  }

  private static Instant instant(byte[] stored, int end) {
    return Instant.ofEpochMilli(
        Long.parseLong(new String(stored, 0, end, StandardCharsets.US_ASCII)));
  }

  private static byte[] rest(byte[] stored, int tab) {
    return Arrays.copyOfRange(stored, tab + 1, stored.length);
  }

  private static int end(byte[] stored, int from, char mark) {
    for (int i = from; i < stored.length; i++) {
      if (stored[i] == mark) {
        return i;
      }
    }
    throw new IllegalStateException("a part of a journal is cut off");
  }
}
