package dev.holdfast.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;

/** Writes text as the inside of a JSON string, in UTF-8. */
final class JsonText {
  private JsonText() {}

  /** The text, escaped, without quotes; halves of surrogate pairs become question marks. */
  static byte[] escaped(String text) {
    String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    return JsonStringEncoder.getInstance().quoteAsUTF8(whole);
  }

  /** The text, escaped and cut so that it takes at most so many bytes. */
  static byte[] escapedWithin(String text, int most) {
    byte[] bytes = escaped(text);
    String shorter = text;
    while (bytes.length > most) {
      // Shrinks by a tenth at least, so that it ends soon; an escape may take six bytes.
      int length =
          (int) Math.min(shorter.length() * 9L / 10, (long) shorter.length() * most / bytes.length);
      if (length > 0 && Character.isHighSurrogate(shorter.charAt(length - 1))) {
        length--;
      }
      shorter = shorter.substring(0, length);
      bytes = escaped(shorter.isEmpty() ? "" : shorter + "…");
    }
    return bytes;
  }
}
