package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.job.Priority;
import dev.holdfast.schedule.Cron;
import dev.holdfast.schedule.DstGap;
import dev.holdfast.schedule.DstOverlap;
import dev.holdfast.schedule.Every;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.Timing;
import dev.holdfast.schedule.When;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads definitions of schedules: one line, such as <code>
 * {"v":1,"type":"invoices.archive","cron":"0 6 1 * *","zone":"Europe/Paris",…}</code>, and after it
 * the payload's JSON as the codec wrote it, never parsed. Of equal definitions the bytes are equal.
 */
public final class ScheduleJson {
  private static final int VERSION = 1;
  private static final JsonFactory FACTORY = JsonLimits.factory();
  private static final ObjectMapper READER = JsonMapper.builder(FACTORY).build();

  private ScheduleJson() {}

  /** Writes a definition. */
  public static byte[] encode(ScheduleDefinition definition) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512 + definition.payload().length);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("v", VERSION);
      json.writeStringField("type", definition.type());
      json.writeStringField("priority", definition.priority().name());
      write(json, definition.timing());
      Misfire misfire = definition.misfire();
      json.writeStringField("misfire", misfire.kind().name());
      json.writeNumberField("graceMs", misfire.grace().toMillis());
      if (misfire.kind() == Misfire.Kind.FIRE_ALL) {
        json.writeNumberField("most", misfire.most());
        json.writeNumberField("withinMs", misfire.within().toMillis());
      }
      json.writeStringField("whileRunning", definition.whileRunning().name());
      if (!definition.headers().isEmpty()) {
        json.writeObjectFieldStart("headers");
        for (Map.Entry<String, String> each : new TreeMap<>(definition.headers()).entrySet()) {
          json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a schedule's definition cannot be written", e);
    }
    out.write('\n');
    out.writeBytes(definition.payload());
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, Timing timing) throws IOException {
    if (timing.when() instanceof Cron cron) {
      json.writeStringField("cron", cron.expression());
      json.writeStringField("zone", cron.zone().getId());
      json.writeStringField("gap", cron.gap().name());
      json.writeStringField("overlap", cron.overlap().name());
    } else if (timing.when() instanceof Every every) {
      json.writeNumberField("everyMs", every.interval().toMillis());
      json.writeStringField("anchor", every.anchor().toString());
    }
    instant(json, "from", timing.from());
    instant(json, "until", timing.until());
    json.writeNumberField("spreadMs", timing.spread().toMillis());
  }

  private static void instant(JsonGenerator json, String field, @Nullable Instant value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value.toString());
    }
  }

  /**
   * Reads a definition.
   *
   * @throws InvalidScheduleException if the bytes are none that this version can use; the message
   *     says why
   */
  public static ScheduleDefinition decode(byte[] bytes) {
    try {
      int end = 0;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      JsonNode json = READER.readTree(bytes, 0, end);
      byte[] payload = Arrays.copyOfRange(bytes, Math.min(bytes.length, end + 1), bytes.length);
      if (payload.length == 0) {
        throw new InvalidScheduleException("a schedule's definition has no payload");
      }
      if (json.path("v").asInt() != VERSION) {
        throw new InvalidScheduleException(
            "a schedule of version "
                + json.path("v").asText("none")
                + " cannot be read by this version of Holdfast, which knows version "
                + VERSION);
      }
      return new ScheduleDefinition(
          text(json, "type"),
          payload,
          Priority.valueOf(text(json, "priority")),
          headers(json.path("headers")),
          timing(json),
          misfire(json),
          RunOverlap.valueOf(text(json, "whileRunning")));
    } catch (IOException | RuntimeException e) {
      if (e instanceof InvalidScheduleException known) {
        throw known;
      }
      throw new InvalidScheduleException(
          "a schedule's definition cannot be read: " + e.getMessage(), e);
    }
  }

  private static Timing timing(JsonNode json) {
    When when =
        json.has("cron")
            ? Cron.of(
                text(json, "cron"),
                Cron.zone(text(json, "zone")),
                DstGap.valueOf(text(json, "gap")),
                DstOverlap.valueOf(text(json, "overlap")))
            : new Every(
                Duration.ofMillis(json.required("everyMs").longValue()),
                Instant.parse(text(json, "anchor")));
    return new Timing(
        when,
        json.has("from") ? Instant.parse(text(json, "from")) : null,
        json.has("until") ? Instant.parse(text(json, "until")) : null,
        Duration.ofMillis(json.required("spreadMs").longValue()));
  }

  private static Misfire misfire(JsonNode json) {
    return new Misfire(
        Misfire.Kind.valueOf(text(json, "misfire")),
        json.path("most").asInt(1),
        Duration.ofMillis(json.path("withinMs").asLong(0)),
        Duration.ofMillis(json.required("graceMs").longValue()));
  }

  private static Map<String, String> headers(JsonNode json) {
    Map<String, String> headers = new LinkedHashMap<>();
    json.properties().forEach(each -> headers.put(each.getKey(), each.getValue().asText()));
    return headers;
  }

  private static String text(JsonNode json, String field) {
    return json.required(field).asText();
  }
}
