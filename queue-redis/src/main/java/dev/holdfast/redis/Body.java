package dev.holdfast.redis;

import dev.holdfast.job.Priority;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.spi.NewJob;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A job as the hash {@code jobs} holds it: a header line that scripts read, then the envelope that
 * they do not. The header is {@code lane TAB type TAB limit key TAB unique TAB parent TAB start
 * [TAB idempotency key [TAB cost]]}; later fields may be appended.
 *
 * @param lane the home lane's letter
 * @param type the job type
 * @param start "" for at once, {@code +ms} after the key's time, or {@code @ms}
 * @param envelope the encoded envelope
 */
record Body(char lane, String type, String start, byte[] envelope) {
  /** Which field the start is, and so how many tabs come before it. */
  private static final int START = 5;

  static String letter(Priority priority) {
    return switch (priority) {
      case HIGH -> "h";
      case NORMAL -> "n";
      case LOW -> "l";
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

  /** The letter of a rule of uniqueness, and so of its key in the store. */
  static String letter(Uniqueness unique) {
    return unique.match(r -> "s", r -> "f", r -> "w", r -> "t", r -> "d", r -> "l");
  }

  /** The rule of a unique key with its numbers, as a script is told it; "" for none. */
  static String ruleOf(NewJob job) {
    Uniqueness unique = job.unique();
    return unique == null
        ? ""
        : letter(unique)
            + unique.<String>match(
                r -> "",
                r -> "",
                r -> r.window().toMillis() + "",
                r -> r.most() + "," + r.period().toMillis(),
                r -> r.quiet().toMillis() + "," + r.maxWait().toMillis(),
                r -> "");
  }

  /** The unique key with the letter of its rule, as the fourth field; "" for none. */
  private static String uniqueOf(NewJob job) {
    return job.unique() == null ? "" : letter(job.unique()) + job.unique().key();
  }

  /** The idempotency key as a seventh field, so that deleting the job can free it, and the cost. */
  private static String nameAndCostOf(NewJob job) {
    String name = job.idempotency() == null ? "" : job.idempotency().key();
    if (job.cost() > 1) {
      return "\t" + name + "\t" + job.cost();
    }
    return name.isEmpty() ? "" : "\t" + name;
  }

  /** The parent as the fifth field, "!" before it if it is told how the job ended only. */
  private static String parentOf(NewJob job) {
    NewJob.Ties ties = job.ties();
    return ties == null || ties.parent() == null ? "" : (ties.bare() ? "!" : "") + ties.parent();
  }

  /** What binds a job to others, as a script is told it behind its other terms; "" for nothing. */
  static String tiesOf(NewJob job) {
    NewJob.Ties ties = job.ties();
    if (ties == null || (ties.parent() == null && ties.subjects().isEmpty())) {
      return "";
    }
    StringBuilder told = new StringBuilder(ties.parent() == null ? "\n0" : "\n1");
    ties.subjects().forEach(subject -> told.append('\n').append(subject));
    return told.toString();
  }

  /** Header line and envelope in one array. */
  static byte[] encode(NewJob job) {
    byte[] header =
        (letter(job.priority())
                + "\t"
                + job.type()
                + "\t"
                + (job.limitKey() == null ? "" : job.limitKey())
                + "\t"
                + uniqueOf(job)
                + "\t"
                + parentOf(job)
                + "\t"
                + startOf(job)
                + nameAndCostOf(job)
                + "\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] whole = new byte[header.length + job.envelope().length];
    System.arraycopy(header, 0, whole, 0, header.length);
    System.arraycopy(job.envelope(), 0, whole, header.length, job.envelope().length);
    return whole;
  }

  /** Reads a stored body; null if its header line cannot be read. */
  static @Nullable Body decode(byte[] stored) {
    int[] tabs = new int[START + 1];
    int count = 0;
    int end = 0;
    while (end < stored.length && stored[end] != '\n') {
      if (stored[end] == '\t' && count < tabs.length) {
        tabs[count++] = end;
      }
      end++;
    }
    // As strict as the scripts, so that both call the same bodies unreadable.
    if (end == stored.length
        || count < START
        || tabs[0] != 1
        || "hnl".indexOf(stored[0]) < 0
        || !isType(stored, tabs[0] + 1, tabs[1])) {
      return null;
    }
    int startEnd = count > START ? tabs[START] : end;
    return new Body(
        (char) stored[0],
        text(stored, tabs[0] + 1, tabs[1]),
        text(stored, tabs[START - 1] + 1, startEnd),
        Arrays.copyOfRange(stored, end + 1, stored.length));
  }

  private static String text(byte[] bytes, int from, int to) {
    return from == to ? "" : new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private static boolean isType(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte c = bytes[i];
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!allowed) {
        return false;
      }
    }
    return from < to;
  }
}
