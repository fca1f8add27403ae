package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys out of JSON. A number is as it is written but for its exponent: {@code 7} and {@code
 * 7.0} are two keys.
 */
public final class JsonKey {
  private static final ObjectMapper READER =
      JsonMapper.builder(JsonLimits.factory(JsonLimits.read(JsonLimits.DOCUMENT)))
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private JsonKey() {}

  /**
   * The text, number or boolean that a pointer points to; null if there is something else, or
   * nothing, or the bytes are no JSON.
   *
   * @param pointer a JSON pointer, such as {@code /user/id}
   */
  public static @Nullable String at(byte[] json, String pointer) {
    try {
      JsonNode found = READER.readTree(json).at(JsonPointer.compile(pointer));
      return found.isTextual() || found.isNumber() || found.isBoolean() ? found.asText() : null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }
}
