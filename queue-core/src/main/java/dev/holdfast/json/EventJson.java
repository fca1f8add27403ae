package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.event.Awaited;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the payload of the job that an event is published by, <code>
 * {"id":"…","type":"…","key":"…","at":1767225600000,"payload":…}</code>, and what is kept of a
 * subscriber. Safe for use by many threads.
 */
public final class EventJson {
  private static final JsonFactory FACTORY = JsonLimits.nesting(1);
  private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY).build();

  private EventJson() {}

  /** Writes an event; its payload is copied in as it is. */
  public static byte[] encode(Mail.EventCame event) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256 + event.payload().length);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("id", event.event());
      json.writeStringField("type", event.type());
      json.writeStringField("key", event.key());
      json.writeNumberField("at", event.at().toEpochMilli());
      json.writeFieldName("payload");
      json.writeRawValue(new String(event.payload(), StandardCharsets.UTF_8));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("an event cannot be written", e);
    }
    return out.toByteArray();
  }

  /**
   * Reads an event.
   *
   * @throws PayloadException UNREADABLE if the bytes are none
   */
  public static Mail.EventCame decode(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      Map<String, String> texts = new HashMap<>();
      byte[] payload = null;
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("payload")) {
          int from = EnvelopeJson.start(parser);
          payload = Arrays.copyOfRange(bytes, from, EnvelopeJson.end(parser, bytes));
        } else if (value.isScalarValue()) {
          texts.put(field, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      return new Mail.EventCame(
          text(texts, "id"),
          text(texts, "type"),
          text(texts, "key"),
          Instant.ofEpochMilli(Long.parseLong(text(texts, "at"))),
          Objects.requireNonNull(payload, "payload"));
    } catch (IOException | RuntimeException e) {
      throw new PayloadException(
          Problem.UNREADABLE, "an event cannot be read: " + e.getMessage(), e);
    }
  }

  private static String text(Map<String, String> texts, String field) {
    return Objects.requireNonNull(texts.get(field), field);
  }

  /**
   * What is kept of a subscriber.
   *
   * @param queue the queue of its jobs
   * @param awaits what its runs listen for from their enqueue on
   */
  public record Reached(String queue, List<Awaited> awaits) {
    /** Copies the list. */
    public Reached {
      awaits = List.copyOf(awaits);
    }

    /** As it is kept: the queue, or an object if there is more to say. */
    public String encode() {
      if (awaits.isEmpty()) {
        return queue;
      }
      ObjectNode json = MAPPER.createObjectNode().put("queue", queue);
      ArrayNode all = json.putArray("awaits");
      awaits.forEach(each -> all.addArray().add(each.type()).add(each.pointer()));
      return json.toString();
    }

    /**
     * Reads what is kept.
     *
     * @throws PayloadException UNREADABLE if the text is none
     */
    public static Reached decode(String text) {
      if (!text.startsWith("{")) {
        return new Reached(text, List.of());
      }
      try {
        JsonNode json = MAPPER.readTree(text);
        List<Awaited> awaits = new ArrayList<>();
        json.path("awaits")
            .forEach(
                each ->
                    awaits.add(new Awaited(each.required(0).asText(), each.required(1).asText())));
        return new Reached(json.required("queue").asText(), awaits);
      } catch (IOException | RuntimeException e) {
        throw new PayloadException(
            Problem.UNREADABLE, "a subscriber cannot be read: " + e.getMessage(), e);
      }
    }
  }

  /** The key that is listened for, by a payload; null if it has none. */
  public static @Nullable String key(Awaited awaited, byte[] payload) {
    return awaited.pointer().isEmpty() ? "" : JsonKey.at(payload, awaited.pointer());
  }
}
