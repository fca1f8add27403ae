package dev.holdfast.job;

import java.nio.charset.StandardCharsets;

/**
 * The rules of names. A queue or job type is 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}, so
 * that it can stand in a key, a metric tag, a log line and a URL unchanged. An idempotency,
 * concurrency or correlation key is 1 to 256 bytes of UTF-8 without control characters.
 */
public final class Naming {
  private static final int MAX_NAME = 128;
  private static final int MAX_KEY_BYTES = 256;
  private static final int MAX_QUOTED = 64;

  private Naming() {}

  /**
   * Returns the queue name if it is one.
   *
   * @throws InvalidNameException if it is null, empty, too long or has another character
   */
  public static String queue(String name) {
    return name("queue name", name);
  }

  /**
   * Returns the job type if it is one.
   *
   * @throws InvalidNameException if it is null, empty, too long or has another character
   */
  public static String type(String type) {
    return name("job type", type);
  }

  /**
   * Returns the name if it keeps the rules of queue and type names.
   *
   * @param what what the name names, for the message
   * @throws InvalidNameException if it is null, empty, too long or has another character
   */
  public static String name(String what, String name) {
    requirePresent(what, name);
    if (name.length() > MAX_NAME) {
      throw new InvalidNameException(
          what + " " + quote(name) + " has " + name.length() + " characters; at most " + MAX_NAME);
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean legal =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!legal) {
        throw new InvalidNameException(
            what
                + " "
                + quote(name)
                + " may hold only A-Z a-z 0-9 . _ - (see character "
                + i
                + ")");
      }
    }
    return name;
  }

  /**
   * Returns the key if it is one.
   *
   * @param what what the key is, for the message
   * @throws InvalidNameException if it is null, empty, over 256 bytes of UTF-8, holds a control
   *     character or half of a surrogate pair
   */
  public static String key(String what, String key) {
    requirePresent(what, key);
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean paired =
          Character.isHighSurrogate(c)
              && i + 1 < key.length()
              && Character.isLowSurrogate(key.charAt(i + 1));
      if (paired) {
        i++;
      } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        throw new InvalidNameException(
            what + " " + quote(key) + " holds a character that cannot be stored at " + i);
      }
    }
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_KEY_BYTES) {
      throw new InvalidNameException(
          what + " " + quote(key) + " has " + bytes + " bytes; at most " + MAX_KEY_BYTES);
    }
    return key;
  }

  /**
   * The text in quotes, control and invisible characters escaped, cut to 64 characters: fit for a
   * message.
   */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    int end = Math.min(text.length(), MAX_QUOTED);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c) || isInvisible(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(end < text.length() ? "…\"" : "\"").toString();
  }

  /** Line and paragraph separators, and what turns or hides the text around it. */
  private static boolean isInvisible(char c) {
    int type = Character.getType(c);
    return type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.FORMAT;
  }

  private static void requirePresent(String what, String name) {
    if (name == null) {
      throw new InvalidNameException(what + " is null");
    }
    if (name.isEmpty()) {
      throw new InvalidNameException(what + " is empty");
    }
  }
}
