package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import dev.holdfast.spi.Envelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads envelopes. Safe for use by many threads.
 *
 * <p>{@code {"v":1,"correlationId":"…","traceparent":"…","headers":{…},"payload":…}}: only what is
 * set is written, so that a plain job costs 17 bytes beside its payload. The payload's bytes are
 * copied in and cut out as they are, never parsed into a tree.
 *
 * <p>Fields this version does not know are kept as they stand and written back, so that an older
 * process loses nothing of what a newer one wrote. Of an envelope of a later version only the
 * number is promised to be readable: a worker then leaves the job to one that knows it.
 */
public final class EnvelopeJson {
  private static final int MOST = JsonLimits.NESTED;
  private static final byte[] PLAIN = ascii("{\"v\":1,\"payload\":");

  // A payload of the greatest depth is one level deeper here; one that a payload of ours carries,
  // as those of events and of a batch's followers do, is up to four levels deeper.
  private static final JsonFactory FACTORY = JsonLimits.nesting(4);

  /** Creates a writer and reader of envelopes. */
  public EnvelopeJson() {}

  /**
   * Writes an envelope.
   *
   * @param envelope its payload must be one JSON value, as a {@code Codec} writes it; it is not
   *     parsed again
   */
  public byte[] encode(Envelope envelope) {
    byte[] payload = envelope.payload();
    if (payload.length == 0 && envelope.version() <= Envelope.VERSION) {
      throw new IllegalArgumentException("an envelope without a payload");
    }
    if (isPlain(envelope)) {
      byte[] json = Arrays.copyOf(PLAIN, PLAIN.length + payload.length + 1);
      System.arraycopy(payload, 0, json, PLAIN.length, payload.length);
      json[json.length - 1] = '}';
      return json;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 256);
    out.writeBytes(ascii("{\"v\":" + envelope.version()));
    string(out, "correlationId", envelope.correlationId());
    string(out, "traceparent", envelope.traceparent());
    if (!envelope.headers().isEmpty()) {
      name(out, ',', "headers");
      char before = '{';
      for (Map.Entry<String, String> header : new TreeMap<>(envelope.headers()).entrySet()) {
        name(out, before, header.getKey());
        quoted(out, header.getValue());
        before = ',';
      }
      out.write('}');
    }
    new TreeMap<>(envelope.unknown())
        .forEach(
            (field, json) -> {
              name(out, ',', field);
              out.writeBytes(json.getBytes(StandardCharsets.UTF_8));
            });
    if (payload.length > 0) {
      name(out, ',', "payload");
      out.writeBytes(payload);
    }
    out.write('}');
    return out.toByteArray();
  }

  private static boolean isPlain(Envelope envelope) {
    return envelope.version() == 1
        && envelope.correlationId() == null
        && envelope.traceparent() == null
        && envelope.headers().isEmpty()
        && envelope.unknown().isEmpty();
  }

  /**
   * Reads an envelope. One of a later version may have no payload that this version knows of: it
   * then has no bytes.
   *
   * @throws PayloadException UNREADABLE if the bytes are none
   */
  public Envelope decode(byte[] json) {
    if (json.length > MOST) {
      throw unreadable("it has " + json.length + " bytes; at most " + MOST, null);
    }
    if (json.length == 0 || json[0] != '{') {
      throw unreadable(json.length == 0 ? "it is empty" : "it does not begin with {", null);
    }
    try (JsonParser parser = FACTORY.createParser(json)) {
      return new Reading(parser, json).read();
    } catch (IOException e) {
      throw unreadable(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      if (e instanceof PayloadException known) {
        throw known;
      }
      throw unreadable(e.toString(), e);
    }
  }

  /**
   * Checks that the bytes are one JSON value within the limits; for what a codec of the application
   * wrote.
   *
   * @throws PayloadException NOT_SERIALIZABLE if they are not
   */
  public void requireValue(String what, byte[] json) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      JsonToken first = parser.nextToken();
      if (first != null && first != JsonToken.VALUE_NULL) {
        end(parser, json);
        if (parser.nextToken() == null) {
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new PayloadException(
          Problem.NOT_SERIALIZABLE, "the codec wrote " + what + " as something else than JSON", e);
    }
    throw new PayloadException(
        Problem.NOT_SERIALIZABLE, "the codec wrote " + what + " not as one JSON value", null);
  }

  /** One envelope being read. */
  private static final class Reading {
    private final JsonParser parser;
    private final byte[] json;
    private final Map<String, String> unknown = new LinkedHashMap<>();
    private int version;
    private byte @Nullable [] payload;
    private @Nullable String correlationId;
    private @Nullable String traceparent;
    private @Nullable Map<String, String> headers;
    private @Nullable String malformed;

    Reading(JsonParser parser, byte[] json) {
      this.parser = parser;
      this.json = json;
    }

    Envelope read() throws IOException {
      parser.nextToken();
      for (JsonToken t = parser.nextToken(); t != JsonToken.END_OBJECT; t = parser.nextToken()) {
        if (t == null) {
          throw unreadable("it ends too early", null);
        }
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!take(field, value)) {
          keep(field);
        }
      }
      if (parser.nextToken() != null) {
        throw unreadable("something follows its end", null);
      }
      if (version == 0) {
        throw unreadable("it has no version", null);
      }
      if (version == Envelope.VERSION && malformed != null) {
        throw unreadable("its field " + malformed + " is malformed", null);
      }
      byte[] found = payload;
      if (found == null) {
        if (version <= Envelope.VERSION) {
          throw unreadable("it has no payload", null);
        }
        found = new byte[0];
      }
      return new Envelope(
          version,
          found,
          correlationId,
          traceparent,
          headers == null ? Map.of() : headers,
          unknown);
    }

    /** Whether this is a field of this version, in its form; it is read then. */
    private boolean take(String field, JsonToken value) throws IOException {
      switch (field) {
        case "v" -> {
          if (version != 0 || value != JsonToken.VALUE_NUMBER_INT || !isVersion()) {
            throw unreadable("its version is not one number from 1", null);
          }
          version = parser.getIntValue();
          return true;
        }
        case "payload" -> {
          if (payload == null && value != JsonToken.VALUE_NULL) {
            int from = start(parser);
            payload = Arrays.copyOfRange(json, from, end(parser, json));
            return true;
          }
        }
        case "correlationId" -> {
          if (correlationId == null && value == JsonToken.VALUE_STRING) {
            correlationId = parser.getText();
            return true;
          }
        }
        case "traceparent" -> {
          if (traceparent == null && value == JsonToken.VALUE_STRING) {
            traceparent = parser.getText();
            return true;
          }
        }
        case "headers" -> {
          if (headers == null && value == JsonToken.START_OBJECT) {
            return takeHeaders();
          }
        }
        default -> {
          return false;
        }
      }
      malformed = field;
      return false;
    }

    private boolean isVersion() throws IOException {
      return parser.getNumberType() == JsonParser.NumberType.INT && parser.getIntValue() >= 1;
    }

    private boolean takeHeaders() throws IOException {
      int from = start(parser);
      Map<String, String> found = new HashMap<>();
      boolean strings = true;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String header = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          found.put(header, parser.getText());
        } else {
          strings = false;
          parser.skipChildren();
        }
      }
      if (strings) {
        headers = found;
      } else {
        malformed = "headers";
        unknown.put("headers", text(from, end(parser, json)));
      }
      return true;
    }

    private void keep(String field) throws IOException {
      int from = start(parser);
      if (unknown.put(field, text(from, end(parser, json))) != null) {
        throw unreadable("it has two fields of the same name", null);
      }
    }

    private String text(int from, int to) {
      return new String(json, from, to - from, StandardCharsets.UTF_8);
    }
  }

  /** Where the value at hand begins. */
  static int start(JsonParser parser) {
    long offset = parser.currentTokenLocation().getByteOffset();
    if (offset < 0) {
      // Not UTF-8: Jackson reads UTF-16 and UTF-32, too, and then knows no byte offsets.
      throw unreadable("it is not UTF-8", null);
    }
    return (int) offset;
  }

  /** Goes to the end of the value at hand, and tells where that is. */
  static int end(JsonParser parser, byte[] json) throws IOException {
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
    int offset = (int) parser.currentLocation().getByteOffset();
    if (offset < 0) {
      throw unreadable("it is not UTF-8", null);
    }
    // Behind a number the parser may have looked one character ahead.
    int end = Math.min(offset, json.length);
    while (end > 0 && isBlank(json[end - 1])) {
      end--;
    }
    return end;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private static PayloadException unreadable(String why, @Nullable Throwable cause) {
    return new PayloadException(
        Problem.UNREADABLE, "the job's envelope cannot be read: " + why, cause);
  }

  private static void string(ByteArrayOutputStream out, String field, @Nullable String value) {
    if (value != null) {
      name(out, ',', field);
      quoted(out, value);
    }
  }

  private static void name(ByteArrayOutputStream out, char before, String field) {
    out.write(before);
    quoted(out, field);
    out.write(':');
  }

  private static void quoted(ByteArrayOutputStream out, String text) {
    out.write('"');
    out.writeBytes(JsonText.escaped(text));
    out.write('"');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
