package dev.holdfast.testkit.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds where a RESP2 or RESP3 value ends, and reads commands. Keeps nothing. */
final class RespFrames {
  /** Returned while the value is not whole. */
  static final int INCOMPLETE = -1;

  /** Deeper nesting than any reply of Redis; what nests deeper is no RESP. Chosen, not measured. */
  private static final int MAX_DEPTH = 64;

  private RespFrames() {}

  /**
   * Finds the end of the value that begins at {@code from}.
   *
   * @return the index after it, or {@link #INCOMPLETE}
   * @throws IOException if it is not RESP
   */
  static int endOfValue(byte[] bytes, int from, int limit) throws IOException {
    return endOfValue(bytes, from, limit, 0);
  }

  private static int endOfValue(byte[] bytes, int from, int limit, int depth) throws IOException {
    if (from >= limit) {
      return INCOMPLETE;
    }
    if (depth > MAX_DEPTH) {
      throw new IOException("not RESP: nested too deep");
    }
    int afterLine = endOfLine(bytes, from, limit);
    return switch (bytes[from]) {
      case '+', '-', ':', ',', '#', '(', '_' -> afterLine;
      case '$', '=', '!' -> {
        if (afterLine == INCOMPLETE) {
          yield INCOMPLETE;
        }
        long length = number(bytes, from + 1, afterLine);
        long end = length < 0 ? afterLine : afterLine + length + 2;
        yield end <= limit ? (int) end : INCOMPLETE;
      }
      case '*', '~', '>' -> values(bytes, from, afterLine, limit, 1, 0, depth);
      case '%' -> values(bytes, from, afterLine, limit, 2, 0, depth);
      // attributes come before the value they describe
      case '|' -> values(bytes, from, afterLine, limit, 2, 1, depth);
      default -> throw new IOException("not RESP: a value that begins with byte " + bytes[from]);
    };
  }

  private static int values(
      byte[] bytes, int from, int afterLine, int limit, int each, int more, int depth)
      throws IOException {
    if (afterLine == INCOMPLETE) {
      return INCOMPLETE;
    }
    long values = number(bytes, from + 1, afterLine) * each + more;
    int at = afterLine;
    for (long i = 0; i < values; i++) {
      at = endOfValue(bytes, at, limit, depth + 1);
      if (at == INCOMPLETE) {
        return INCOMPLETE;
      }
    }
    return at;
  }

  /** Finds the end of a command, which is a list of texts or a line typed by hand. */
  static int endOfCommand(byte[] bytes, int from, int limit) throws IOException {
    if (from >= limit) {
      return INCOMPLETE;
    }
    return bytes[from] == '*' ? endOfValue(bytes, from, limit) : endOfLine(bytes, from, limit);
  }

  /** Reads the parts of a whole value that is a list of texts; other parts come as they stand. */
  static List<byte[]> parts(byte[] frame) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    if (frame[0] != '*' && frame[0] != '>') {
      for (String part : new String(frame, StandardCharsets.UTF_8).strip().split("\\s+", -1)) {
        parts.add(part.getBytes(StandardCharsets.UTF_8));
      }
      return parts;
    }
    int at = endOfLine(frame, 0, frame.length);
    while (at < frame.length) {
      int end = endOfValue(frame, at, frame.length);
      if (end == INCOMPLETE) {
        throw new IOException("not RESP: a list that ends early");
      }
      boolean text = frame[at] == '$' && frame[at + 1] != '-';
      int first = text ? endOfLine(frame, at, end) : at + 1;
      parts.add(Arrays.copyOfRange(frame, first, end - 2));
      at = end;
    }
    return parts;
  }

  private static int endOfLine(byte[] bytes, int from, int limit) {
    for (int i = from; i < limit; i++) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return INCOMPLETE;
  }

  private static long number(byte[] bytes, int from, int afterLine) throws IOException {
    String text = new String(bytes, from, afterLine - from, StandardCharsets.US_ASCII).strip();
    try {
      long number = Long.parseLong(text);
      if (number > Integer.MAX_VALUE) {
        throw new IOException("not RESP: a length of " + number);
      }
      return number;
    } catch (NumberFormatException e) {
      throw new IOException("not RESP: '" + text + "' where a length belongs", e);
    }
  }
}
