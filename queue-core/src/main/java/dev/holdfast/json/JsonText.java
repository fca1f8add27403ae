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

  /**
   * Whether JSON holds an escaped half of a surrogate pair. Jackson writes a half as an escape,
   * which most other readers refuse or replace; written as UTF-8 it would be no text at all.
   */
  static boolean hasHalfPair(byte[] json) {
    for (int i = 0; i < json.length; i++) {
      if (json[i] != '\\') {
        continue;
      }
      int unit = escapedUnit(json, i);
      if (unit < 0) {
        i++; // A short escape, such as a second backslash.
      } else if (Character.isHighSurrogate((char) unit)) {
        int next = escapedUnit(json, i + 6);
        if (next < 0 || !Character.isLowSurrogate((char) next)) {
          return true;
        }
        i += 11;
      } else if (Character.isLowSurrogate((char) unit)) {
        return true;
      } else {
        i += 5;
      }
    }
    return false;
  }

  /** The UTF-16 unit of the escape of six characters that begins here; -1 if none does. */
  private static int escapedUnit(byte[] json, int at) {
    if (at + 6 > json.length || json[at] != '\\' || json[at + 1] != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = Character.digit(json[i], 16);
      if (digit < 0) {
        return -1;
      }
      unit = unit * 16 + digit;
    }
    return unit;
  }
}
