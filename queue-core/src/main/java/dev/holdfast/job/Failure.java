package dev.holdfast.job;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * An exception as it is stored: text only, never a class to load.
 *
 * @param type the exception's class name, or a word of ours such as {@code timeout}
 * @param message its message, "" if it has none, cut to 500 characters
 * @param stackTrace its stack trace from the top, cut to about 3 KiB
 */
public record Failure(String type, String message, String stackTrace) {
  private static final int MAX_TYPE = 200;
  private static final int MAX_MESSAGE = 500;
  private static final int MAX_STACK_BYTES = 3_000;

  /** Cuts each part to its limit. */
  public Failure {
    type = cut(Objects.requireNonNull(type, "type"), MAX_TYPE);
    message = cut(Objects.requireNonNull(message, "message"), MAX_MESSAGE);
    stackTrace = cutBytes(Objects.requireNonNull(stackTrace, "stackTrace"));
  }

  /**
   * The failure that tells of a throwable. Never throws, whatever the throwable's methods do: one
   * that calls itself without end must not end the thread that writes it down.
   */
  public static Failure of(Throwable thrown) {
    String message;
    String stack;
    try {
      String own = thrown.getMessage();
      message = own == null ? "" : own;
    } catch (Throwable e) {
      message = "(its getMessage() threw " + e.getClass().getName() + ")";
    }
    try {
      StringWriter text = new StringWriter();
      thrown.printStackTrace(new PrintWriter(text));
      stack = text.toString().replace("\r", "");
    } catch (Throwable e) {
      stack = "";
    }
    return new Failure(thrown.getClass().getName(), message, stack);
  }

  private static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
    return text.substring(0, end) + "…";
  }

  private static String cutBytes(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length <= MAX_STACK_BYTES) {
      return text;
    }
    String shorter = text.length() > MAX_STACK_BYTES ? cut(text, MAX_STACK_BYTES) : text;
    while (shorter.getBytes(StandardCharsets.UTF_8).length > MAX_STACK_BYTES) {
      shorter = cut(shorter, shorter.length() * 3 / 4);
    }
    return shorter;
  }
}
