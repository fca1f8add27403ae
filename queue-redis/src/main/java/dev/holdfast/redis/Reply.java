package dev.holdfast.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads a script's reply: byte arrays and longs, in order. */
final class Reply {
  private final List<Object> parts;
  private int next;

  Reply(List<Object> parts) {
    this.parts = parts;
  }

  boolean hasMore() {
    return next < parts.size();
  }

  byte[] bytes() {
    Object part = parts.get(next++);
    return part instanceof byte[] bytes ? bytes : text(part).getBytes(StandardCharsets.UTF_8);
  }

  String text() {
    return text(parts.get(next++));
  }

  long number() {
    Object part = parts.get(next++);
    return part instanceof Long number ? number : Long.parseLong(text(part));
  }

  boolean flag() {
    return number() == 1;
  }

  private static String text(Object part) {
    return part instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : String.valueOf(part);
  }
}
