package dev.holdfast.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.job.JobStatus.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes and reads a job's progress, such as <code>{"f":0.5,"n":"half of the orders"}</code>. */
public final class ProgressJson {
  private static final int MOST_NOTE = 200;
  private static final int MOST_READ = 8 * 1024;
  private static final ObjectReader READER =
      JsonMapper.builder(JsonLimits.factory()).build().readerFor(JsonNode.class);

  private ProgressJson() {}

  /** Writes a progress: the fraction cut to 0 to 1 (NaN is 0), the note to 200 characters. */
  public static byte[] encode(Progress progress) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    String fraction = "{\"f\":" + fraction(progress.fraction()) + ",\"n\":\"";
    out.writeBytes(fraction.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(JsonText.escaped(note(progress.note())));
    out.writeBytes("\"}".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  /** Reads a progress; never throws: empty if it cannot be read. */
  public static Optional<Progress> decode(byte[] json) {
    if (json.length > MOST_READ) {
      return Optional.empty();
    }
    try {
      JsonNode progress = READER.readTree(json);
      if (!progress.path("f").isNumber()) {
        return Optional.empty();
      }
      return Optional.of(
          new Progress(
              fraction(progress.path("f").asDouble()), note(progress.path("n").asText(""))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static double fraction(double given) {
    // Math.max with a NaN is NaN.
    return Double.isNaN(given) ? 0 : Math.max(0, Math.min(1, given));
  }

  private static String note(String given) {
    if (given.length() <= MOST_NOTE) {
      return given;
    }
    int end = Character.isHighSurrogate(given.charAt(MOST_NOTE - 1)) ? MOST_NOTE - 1 : MOST_NOTE;
    return given.substring(0, end);
  }
}
