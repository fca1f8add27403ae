package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.StateReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a run's journal as text: its kind, the step's key and the kind's words, each escaped
 * (backslash, tab, line feed, carriage return) and separated by tabs; the JSON of an outcome stands
 * last and unescaped. So it can be read where it is stored:
 *
 * <pre>{@code
 * began    1
 * done     charge    {"id":"ch_1"}
 * tried    charge    1    2000    java.io.IOException    refused    …
 * }</pre>
 *
 * @param kind what was written down
 * @param key the step's key; "" where it concerns the whole run
 * @param words as many as the kind has
 * @param value the JSON of an outcome, or null
 */
record EntryText(Kind kind, String key, List<String> words, byte @Nullable [] value) {

  /** The kinds of entries. Their names in lower case are stored. */
  enum Kind {
    /** The first entry: version. */
    BEGAN(1),
    /** A step of code returned: the value. */
    DONE(0),
    /** An attempt of a step failed: number, wait in ms, failure. */
    TRIED(5),
    /** A step or a call failed for good: its kind, attempts, failure. */
    FAILED(5),
    /** An attempt that may not begin twice has begun: number. */
    BEGUN(1),
    /** A sleep: {@code for} ms or {@code until} an instant in ms. */
    SLEEP(2),
    /** A sleep has ended, or a wait's time. */
    OVER(0),
    /** A wait for an event: type, key, {@code for}, {@code until} or {@code ever}, ms. */
    WAIT(4),
    /** A wait or a call got its message: the message's id. */
    RECEIVED(1),
    /** A job: ENQUEUE or CALL, its id, the key of the run that enqueues it. */
    CHILD(3),
    /** That job is enqueued. */
    STARTED(0),
    /** An event is published: its id. */
    PUBLISHED(1),
    /** Whether changed code is taken: yes or no. */
    CHANGED(1),
    /** Which branch was first: its index. */
    ANY(1),
    /**
     * The run has failed, because of the step of the key, and is being told so: reason, failure.
     */
    FAILING(4),
    /** The run is to end and is being told so: {@code event} or {@code request}. */
    CANCELLING(1),
    /**
     * The run is a dead letter after this, because of the step of the key: claims, reason, failure.
     */
    FATAL(5),
    /** The dead letter was redriven: the failure of the step of the key counts no more. */
    CLEARED(0);

    private final int words;

    Kind(int words) {
      this.words = words;
    }
  }

  /** An entry of a kind that this version does not know, or no entry at all. */
  static final class UnknownEntry extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownEntry(String message) {
      super(message);
    }
  }

  // ---- making them ------------------------------------------------------------------------------

  private static EntryText of(Kind kind, String key, String... words) {
    return new EntryText(kind, key, List.of(words), null);
  }

  static EntryText began(String version) {
    return of(Kind.BEGAN, "", version);
  }

  static EntryText done(String key, byte @Nullable [] value) {
    return new EntryText(Kind.DONE, key, List.of(), value);
  }

  static EntryText tried(String key, int attempt, Duration wait, Failure failure) {
    return of(
        Kind.TRIED,
        key,
        Integer.toString(attempt),
        Long.toString(wait.toMillis()),
        failure.type(),
        failure.message(),
        failure.stackTrace());
  }

  static EntryText failed(String key, RunStatus.Kind kind, int attempts, Failure failure) {
    return of(
        Kind.FAILED,
        key,
        kind.name(),
        Integer.toString(attempts),
        failure.type(),
        failure.message(),
        failure.stackTrace());
  }

  static EntryText begun(String key, int attempt) {
    return of(Kind.BEGUN, key, Integer.toString(attempt));
  }

  static EntryText sleep(String key, @Nullable Duration duration, @Nullable Instant until) {
    return of(Kind.SLEEP, key, word(duration, until), millis(duration, until));
  }

  static EntryText over(String key) {
    return of(Kind.OVER, key);
  }

  static EntryText wait(String key, Wait<?> wait) {
    return of(
        Kind.WAIT,
        key,
        wait.type(),
        wait.key(),
        word(wait.within(), wait.until()),
        millis(wait.within(), wait.until()));
  }

  private static String word(@Nullable Duration duration, @Nullable Instant until) {
    return duration != null ? "for" : until != null ? "until" : "ever";
  }

  private static String millis(@Nullable Duration duration, @Nullable Instant until) {
    long millis = duration != null ? duration.toMillis() : until != null ? clamped(until) : 0;
    return Long.toString(millis);
  }

  private static long clamped(Instant instant) {
    try {
      return instant.toEpochMilli();
    } catch (ArithmeticException e) {
      return instant.isBefore(Instant.EPOCH) ? 0 : Long.MAX_VALUE;
    }
  }

  static EntryText received(String key, String message) {
    return of(Kind.RECEIVED, key, message);
  }

  static EntryText child(String key, RunStatus.Kind kind, JobId job, JobId run) {
    return of(Kind.CHILD, key, kind.name(), job.toString(), run.key());
  }

  static EntryText started(String key) {
    return of(Kind.STARTED, key);
  }

  static EntryText published(String key, String event) {
    return of(Kind.PUBLISHED, key, event);
  }

  static EntryText changed(String key, boolean taken) {
    return of(Kind.CHANGED, key, taken ? "yes" : "no");
  }

  static EntryText any(String key, int index) {
    return of(Kind.ANY, key, Integer.toString(index));
  }

  static EntryText failing(String step, StateReason reason, Failure failure) {
    return of(
        Kind.FAILING, step, reason.name(), failure.type(), failure.message(), failure.stackTrace());
  }

  static EntryText cancelling(boolean byEvent) {
    return of(Kind.CANCELLING, "", byEvent ? "event" : "request");
  }

  static EntryText fatal(String key, int claims, StateReason reason, Failure failure) {
    return of(
        Kind.FATAL,
        key,
        Integer.toString(claims),
        reason.name(),
        failure.type(),
        failure.message(),
        failure.stackTrace());
  }

  static EntryText cleared(String key) {
    return of(Kind.CLEARED, key);
  }

  // ---- reading their words ----------------------------------------------------------------------

  int number(int index) {
    try {
      return Integer.parseInt(words.get(index));
    } catch (NumberFormatException e) {
      throw new UnknownEntry("an entry " + kind + " whose number is " + words.get(index));
    }
  }

  Duration duration(int index) {
    return Duration.ofMillis(millis(index));
  }

  Instant instant(int index) {
    return Instant.ofEpochMilli(millis(index));
  }

  private long millis(int index) {
    try {
      return Long.parseLong(words.get(index));
    } catch (NumberFormatException e) {
      throw new UnknownEntry("an entry " + kind + " whose time is " + words.get(index));
    }
  }

  /** The failure that stands in three words from here. */
  Failure failure(int from) {
    return new Failure(words.get(from), words.get(from + 1), words.get(from + 2));
  }

  <E extends Enum<E>> E word(int index, Class<E> type) {
    try {
      return Enum.valueOf(type, words.get(index));
    } catch (IllegalArgumentException e) {
      throw new UnknownEntry("an entry " + kind + " that says " + words.get(index));
    }
  }

  // ---- as bytes ---------------------------------------------------------------------------------

  /** The entry as it is stored. */
  byte[] encode() {
    StringBuilder head = new StringBuilder(64);
    head.append(kind.name().toLowerCase(java.util.Locale.ROOT)).append('\t');
    escape(head, key);
    for (String word : words) {
      head.append('\t');
      escape(head, word);
    }
    byte[] text = head.toString().getBytes(StandardCharsets.UTF_8);
    if (value == null) {
      return text;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(text.length + 1 + value.length);
    all.writeBytes(text);
    all.write('\t');
    all.writeBytes(value);
    return all.toByteArray();
  }

  private static void escape(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> out.append(c);
      }
    }
  }

  private static String unescaped(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        char escaped = text.charAt(i);
        plain.append(
            escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /**
   * Reads an entry. More words than its kind has are ignored: a later version may add some.
   *
   * @throws UnknownEntry if it is none that is known here
   */
  static EntryText decode(byte[] bytes) {
    int first = tab(bytes, 0);
    Kind kind = kind(new String(bytes, 0, first, StandardCharsets.UTF_8));
    List<String> fields = new ArrayList<>(kind.words + 1);
    int from = first + 1;
    while (fields.size() <= kind.words && from <= bytes.length) {
      int end = tab(bytes, from);
      fields.add(unescaped(new String(bytes, from, end - from, StandardCharsets.UTF_8)));
      from = end + 1;
    }
    if (fields.size() <= kind.words) {
      throw new UnknownEntry("an entry " + kind + " without all its words");
    }
    byte[] value =
        kind == Kind.DONE && from <= bytes.length
            ? java.util.Arrays.copyOfRange(bytes, from, bytes.length)
            : null;
    return new EntryText(kind, fields.get(0), List.copyOf(fields.subList(1, fields.size())), value);
  }

  private static Kind kind(String name) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equalsIgnoreCase(name)) {
        return kind;
      }
    }
    throw new UnknownEntry("an entry of kind " + dev.holdfast.job.Naming.quote(name));
  }

  private static int tab(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != '\t') {
      at++;
    }
    return at;
  }
}
