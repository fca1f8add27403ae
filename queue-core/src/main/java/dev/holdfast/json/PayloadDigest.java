package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tells payloads apart in 64 bits: the beginning of the SHA-256 of the JSON with its fields sorted.
 * Sorted, because a map may be written in another order by another process. Two payloads that
 * differ have the same digest once in 2^64 pairs.
 */
public final class PayloadDigest {
  private static final int BYTES = 8;

  private static final JsonMapper SORTED =
      JsonMapper.builder(JsonLimits.factory(JsonLimits.read(JsonLimits.DOCUMENT)))
          .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private PayloadDigest() {}

  /**
   * The digest of one JSON value, 16 hexadecimal digits.
   *
   * @param json as a codec wrote it; of what cannot be read, the digest of its bytes
   */
  public static String of(byte[] json) {
    byte[] sorted = json;
    try {
      JsonNode tree = SORTED.readTree(json);
      sorted = SORTED.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      // Not ours to judge here: who checks the payload refuses it.
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot be read", e);
    }
    return HexFormat.of().formatHex(sha256(sorted), 0, BYTES);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
