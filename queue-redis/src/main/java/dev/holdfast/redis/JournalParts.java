package dev.holdfast.redis;

import dev.holdfast.spi.Append;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What a run writes down, as scripts read it: {@code e} or {@code s}, length, colon, bytes. */
final class JournalParts {
  private JournalParts() {}

  /** Entries and subjects in one argument; empty if there are none. */
  static byte[] encode(Append append) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    append.entries().forEach(entry -> add(out, 'e', entry));
    append.subjects().forEach(subject -> add(out, 's', subject.getBytes(StandardCharsets.UTF_8)));
    return out.toByteArray();
  }

  private static void add(ByteArrayOutputStream out, char kind, byte[] part) {
    out.writeBytes((kind + "" + part.length + ":").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(part);
  }
}
