package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.batch.BatchOrder;
import dev.holdfast.batch.BatchOrder.Follower;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import dev.holdfast.job.Priority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the payload of a batch's own job. The followers' envelopes are copied in and cut
 * out as they are. Safe for use by many threads.
 */
public final class BatchJson {
  private static final JsonFactory FACTORY = JsonLimits.nesting(3);

  private BatchJson() {}

  /**
   * Writes what a batch is told.
   *
   * @throws PayloadException TOO_LARGE if the followers have more than 1 MiB together
   */
  public static byte[] encode(BatchOrder order) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("total", order.total());
      json.writeNumberField("keepOpenMs", order.keepOpen().toMillis());
      follower(json, "complete", order.complete());
      follower(json, "success", order.success());
      follower(json, "failure", order.failure());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a batch cannot be written", e);
    }
    if (out.size() > JsonLimits.DOCUMENT) {
      throw new PayloadException(
          Problem.TOO_LARGE,
          "the jobs that follow a batch have "
              + out.size()
              + " bytes of JSON together; at most "
              + JsonLimits.DOCUMENT
              + ". Store large data elsewhere and enqueue a reference to it",
          null);
    }
    return out.toByteArray();
  }

  private static void follower(JsonGenerator json, String field, @Nullable Follower follower)
      throws IOException {
    if (follower == null) {
      return;
    }
    json.writeObjectFieldStart(field);
    json.writeStringField("queue", follower.queue());
    json.writeStringField("type", follower.type());
    json.writeStringField("priority", follower.priority().name());
    if (follower.limitKey() != null) {
      json.writeStringField("limitKey", follower.limitKey());
    }
    json.writeNumberField("cost", follower.cost());
    if (follower.delay() != null) {
      json.writeNumberField("delayMs", follower.delay().toMillis());
    }
    if (follower.instant() != null) {
      json.writeNumberField("at", follower.instant().toEpochMilli());
    }
    json.writeArrayFieldStart("subjects");
    for (String subject : follower.subjects()) {
      json.writeString(subject);
    }
    json.writeEndArray();
    json.writeFieldName("envelope");
    json.writeRawValue(new String(follower.envelope(), StandardCharsets.UTF_8));
    json.writeEndObject();
  }

  /**
   * Reads what a batch is told.
   *
   * @throws PayloadException UNREADABLE if the bytes are none
   */
  public static BatchOrder decode(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      int total = 0;
      Duration keepOpen = Duration.ZERO;
      Map<String, Follower> followers = new HashMap<>();
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("total")) {
          total = parser.getIntValue();
        } else if (field.equals("keepOpenMs")) {
          keepOpen = Duration.ofMillis(parser.getLongValue());
        } else if (value == JsonToken.START_OBJECT) {
          followers.put(field, follower(parser, bytes));
        } else {
          parser.skipChildren();
        }
      }
      return new BatchOrder(
          total,
          keepOpen,
          followers.get("complete"),
          followers.get("success"),
          followers.get("failure"));
    } catch (IOException | RuntimeException e) {
      throw new PayloadException(
          Problem.UNREADABLE, "what a batch is told cannot be read: " + e.getMessage(), e);
    }
  }

  private static Follower follower(JsonParser parser, byte[] bytes) throws IOException {
    Map<String, String> texts = new HashMap<>();
    List<String> subjects = new ArrayList<>();
    byte[] envelope = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("envelope")) {
        int from = EnvelopeJson.start(parser);
        envelope = Arrays.copyOfRange(bytes, from, EnvelopeJson.end(parser, bytes));
      } else if (field.equals("subjects") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
          subjects.add(parser.getText());
        }
      } else if (value.isScalarValue()) {
        texts.put(field, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
    String delay = texts.get("delayMs");
    String at = texts.get("at");
    return new Follower(
        text(texts, "queue"),
        text(texts, "type"),
        Priority.valueOf(text(texts, "priority")),
        texts.get("limitKey"),
        Integer.parseInt(text(texts, "cost")),
        delay == null ? null : Duration.ofMillis(Long.parseLong(delay)),
        at == null ? null : Instant.ofEpochMilli(Long.parseLong(at)),
        subjects,
        Objects.requireNonNull(envelope, "envelope"));
  }

  private static String text(Map<String, String> texts, String field) {
    return Objects.requireNonNull(texts.get(field), field);
  }
}
