package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads what runs are sent: one line, such as <code>
 * {"mail":"job","job":"mail~0~01J…","claims":1,"how":"DEAD","reason":"EXHAUSTED"}</code>, and after
 * it the result, attempt or payload as it was written, never parsed. Safe for use by many threads.
 */
public final class MailJson {
  private static final JsonFactory FACTORY = JsonLimits.factory();
  private static final ObjectMapper READER = JsonMapper.builder(FACTORY).build();

  private MailJson() {}

  /** Writes a message. */
  public static byte[] encode(Mail mail) {
    byte[] body = null;
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      if (mail instanceof Mail.JobEnded ended) {
        json.writeStringField("mail", "job");
        json.writeStringField("job", ended.job().toString());
        json.writeNumberField("claims", ended.claims());
        json.writeStringField("how", ended.how().name());
        json.writeStringField("reason", ended.reason());
        body = ended.text();
      } else if (mail instanceof Mail.EventCame event) {
        json.writeStringField("mail", "event");
        json.writeStringField("event", event.event());
        json.writeStringField("type", event.type());
        json.writeStringField("key", event.key());
        json.writeNumberField("at", event.at().toEpochMilli());
        body = event.payload();
      } else if (mail instanceof Mail.BatchSealed sealed) {
        json.writeStringField("mail", "sealed");
        json.writeNumberField("total", sealed.total());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a message cannot be written", e);
    }
    if (body != null) {
      out.write('\n');
      out.writeBytes(body);
    }
    return out.toByteArray();
  }

  /**
   * Reads a message.
   *
   * @throws PayloadException UNREADABLE if the bytes are none that this version knows
   */
  public static Mail decode(byte[] bytes) {
    try {
      int end = 0;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      byte[] body = end == bytes.length ? null : Arrays.copyOfRange(bytes, end + 1, bytes.length);
      return read(READER.readTree(bytes, 0, end), body);
    } catch (IOException | RuntimeException e) {
      throw new PayloadException(
          Problem.UNREADABLE, "a run's message cannot be read: " + e.getMessage(), e);
    }
  }

  private static Mail read(JsonNode json, byte @Nullable [] body) {
    String mail = text(json, "mail");
    return switch (mail) {
      case "job" ->
          new Mail.JobEnded(
              JobId.parse(text(json, "job")),
              json.required("claims").intValue(),
              JobState.valueOf(text(json, "how")),
              text(json, "reason"),
              body);
      case "event" -> {
        if (body == null) {
          throw new IllegalArgumentException("an event without a payload");
        }
        yield new Mail.EventCame(
            text(json, "event"),
            text(json, "type"),
            text(json, "key"),
            Instant.ofEpochMilli(json.required("at").longValue()),
            body);
      }
      case "sealed" -> new Mail.BatchSealed(json.required("total").intValue());
      default -> throw new IllegalArgumentException("a message of kind " + mail);
    };
  }

  private static String text(JsonNode json, String field) {
    return json.required(field).asText();
  }
}
