package dev.holdfast.redis;

import dev.holdfast.job.Priority;
import dev.holdfast.spi.NewJob;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A job as the hash {@code jobs} holds it: a header line that scripts read, then the envelope that
 * they do not. The header is {@code lane TAB type TAB key TAB unique TAB batch TAB start [TAB
 * idempotency key]}; later fields may be appended.
 *
 * @param lane the home lane's letter
 * @param type the job type
 * @param start "" for at once, {@code +ms} after the key's time, or {@code @ms}
 * @param envelope the encoded envelope
 */
record Body(char lane, String type, String start, byte[] envelope) {
  private static final int LANE = 0;
  private static final int TYPE = 1;
  private static final int START = 5;

  static char letter(Priority priority) {
    return switch (priority) {
      case HIGH -> 'h';
      case NORMAL -> 'n';
      case LOW -> 'l';
    };
  }

  static Priority priority(char letter) {
    return switch (letter) {
      case 'h' -> Priority.HIGH;
      case 'l' -> Priority.LOW;
      default -> Priority.NORMAL;
    };
  }

  /** The start field of a new job. */
  static String startOf(NewJob job) {
    if (job.start().delay() != null) {
      return "+" + job.start().delay().toMillis();
    }
    return job.start().instant() != null ? "@" + job.start().instant().toEpochMilli() : "";
  }

  /** The idempotency key as a seventh field, so that deleting the job can free it. */
  private static String nameOf(NewJob job) {
    return job.idempotency() == null ? "" : "\t" + job.idempotency().key();
  }

  /** Header line and envelope in one array. */
  static byte[] encode(NewJob job) {
    byte[] header =
        (letter(job.priority())
                + "\t"
                + job.type()
                + "\t\t\t\t"
                + startOf(job)
                + nameOf(job)
                + "\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] whole = new byte[header.length + job.envelope().length];
    System.arraycopy(header, 0, whole, 0, header.length);
    System.arraycopy(job.envelope(), 0, whole, header.length, job.envelope().length);
    return whole;
  }

  /** Reads a stored body; null if its header line cannot be read. */
  static @Nullable Body decode(byte[] stored) {
    int end = 0;
    while (end < stored.length && stored[end] != '\n') {
      end++;
    }
    if (end == stored.length) {
      return null;
    }
    String[] fields = new String(stored, 0, end, StandardCharsets.UTF_8).split("\t", -1);
    // As strict as the scripts, so that both call the same bodies unreadable.
    if (fields.length <= START
        || fields[LANE].length() != 1
        || "hnl".indexOf(fields[LANE].charAt(0)) < 0
        || !isType(fields[TYPE])) {
      return null;
    }
    byte[] envelope = new byte[stored.length - end - 1];
    System.arraycopy(stored, end + 1, envelope, 0, envelope.length);
    return new Body(fields[LANE].charAt(0), fields[TYPE], fields[START], envelope);
  }

  private static boolean isType(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '.'
                        || c == '_'
                        || c == '-');
  }
}
