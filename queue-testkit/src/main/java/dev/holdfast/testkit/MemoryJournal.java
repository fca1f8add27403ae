package dev.holdfast.testkit;

import dev.holdfast.spi.Append;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Journal.Entry;
import dev.holdfast.spi.Journal.Message;
import dev.holdfast.spi.Runs.Delivery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one job has written down, was sent and listens for. Guarded by the lock of its queue. Bytes
 * are copied on their way in and out.
 */
final class MemoryJournal {
  private static final int MOST_WITH_CLAIM = 64 << 10;
  private static final int MOST_MESSAGES = 100_000;
  private static final long MOST_MESSAGE_BYTES = 16L << 20;

  private final List<Entry> entries = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final Set<String> subjects = new LinkedHashSet<>();
  private long entryBytes;
  private long messageBytes;

  /** What it listens for, while its job has not ended. */
  Set<String> subjects() {
    return subjects;
  }

  boolean hasEntries() {
    return !entries.isEmpty();
  }

  int entries() {
    return entries.size();
  }

  int messages() {
    return messages.size();
  }

  /** Whether an append leaves no gap and contradicts nothing that is there. */
  boolean fits(Append append) {
    if (append.after() < 0 || append.after() > entries.size()) {
      return false;
    }
    for (int i = 0; i < there(append); i++) {
      byte[] written = entries.get(append.after() + i).bytes();
      if (!Arrays.equals(written, append.entries().get(i))) {
        return false;
      }
    }
    return true;
  }

  /** How many of an append's entries have a place that is taken. */
  private int there(Append append) {
    return Math.min(entries.size() - append.after(), append.entries().size());
  }

  /**
   * Writes what is not there yet of an append that fits.
   *
   * @return when the last of its entries was written
   */
  Instant write(Append append, Instant now) {
    int known = there(append);
    for (byte[] bytes : append.entries().subList(known, append.entries().size())) {
      entries.add(new Entry(now, bytes.clone()));
      entryBytes += bytes.length;
    }
    int end = append.after() + append.entries().size();
    return append.entries().isEmpty() ? now : entries.get(end - 1).at();
  }

  /** Keeps a message, unless it is there or there are too many. */
  Delivery deliver(String id, byte[] bytes, Instant now) {
    if (ids.contains(id)) {
      return Delivery.ALREADY;
    }
    boolean full = messageBytes + bytes.length > MOST_MESSAGE_BYTES;
    if (full || messages.size() >= MOST_MESSAGES) {
      return Delivery.FULL;
    }
    add(new Message(id, now, bytes.clone()));
    return Delivery.DELIVERED;
  }

  private void add(Message message) {
    ids.add(message.id());
    messages.add(message);
    messageBytes += message.bytes().length;
  }

  /** Begins with the first entries of another journal, and all that one was sent. */
  void copy(MemoryJournal other, int first) {
    for (Entry entry : other.entries.subList(0, first)) {
      entries.add(entry);
      entryBytes += entry.bytes().length;
    }
    other.messages.forEach(this::add);
  }

  /** All of it. */
  Journal read() {
    return new Journal(
        entries.stream().map(entry -> new Entry(entry.at(), entry.bytes().clone())).toList(),
        messages.stream()
            .map(message -> new Message(message.id(), message.at(), message.bytes().clone()))
            .toList(),
        true);
  }

  /** How large it is. */
  long size() {
    return entryBytes + messageBytes;
  }

  /**
   * As it goes along with a claim; null if there is nothing.
   *
   * @param room how many bytes the answer has left
   */
  @Nullable Journal handOut(long room) {
    if (entries.isEmpty() && messages.isEmpty()) {
      return null;
    }
    return size() > Math.min(MOST_WITH_CLAIM, room)
        ? new Journal(List.of(), List.of(), false)
        : read();
  }
}
