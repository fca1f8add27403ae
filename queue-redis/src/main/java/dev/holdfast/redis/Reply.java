package dev.holdfast.redis;

import dev.holdfast.job.QueueCorruptException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads a script's reply: byte arrays and longs, in order. */
final class Reply {
  private static final byte[] LAYOUT = "OTHER_LAYOUT".getBytes(StandardCharsets.UTF_8);

  private final List<Object> parts;
  private int next;

  /**
   * A reply of a script of a queue.
   *
   * @throws QueueCorruptException if the script refused to touch what another version wrote
   */
  static Reply of(String queue, List<Object> parts) {
    Reply reply = new Reply(parts);
    if (!parts.isEmpty() && parts.get(0) instanceof byte[] name && Arrays.equals(name, LAYOUT)) {
      reply.text();
      throw new QueueCorruptException(
          queue,
          "queue "
              + queue
              + " has layout "
              + reply.text()
              + ", and this version of Holdfast knows layout "
              + reply.text()
              + "; nothing was changed; upgrade this application",
          null);
    }
    return reply;
  }

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
