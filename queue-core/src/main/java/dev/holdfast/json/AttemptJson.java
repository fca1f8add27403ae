package dev.holdfast.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Naming;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Writes and reads the entries of a job's history: one line of JSON each, at most 4 KiB, such as
 *
 * <pre>{@code
 * {"attempt":1,"at":1767225600000,"type":"java.io.IOException","message":"refused","stack":"…"}
 * }</pre>
 *
 * <p>An engine writes the same form for a crash, with the type {@link #CRASH}.
 */
public final class AttemptJson {
  /** The type of an entry that an engine writes when it reaps a claim that crashed. */
  public static final String CRASH = "holdfast.crash";

  /** The type of an entry that could not be read. */
  public static final String UNREADABLE = "holdfast.unreadable";

  private static final int MOST = 4096;
  private static final int MOST_TYPE = 600;
  private static final int MOST_MESSAGE = 1500;
  // Read leniently, but not whatever its size: an engine cuts nothing.
  private static final int MOST_READ = 64 * 1024;
  private static final ObjectReader READER =
      JsonMapper.builder(JsonLimits.factory()).build().readerFor(JsonNode.class);

  private AttemptJson() {}

  /**
   * Writes an attempt as one line of at most 4 KiB. What is too long is cut, the stack trace first.
   */
  public static byte[] encode(Attempt attempt) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    text(out, "{\"attempt\":" + attempt.number() + ",\"at\":" + millis(attempt.at()));
    text(out, ",\"type\":\"");
    out.writeBytes(JsonText.escapedWithin(attempt.failure().type(), MOST_TYPE));
    text(out, "\",\"message\":\"");
    out.writeBytes(JsonText.escapedWithin(attempt.failure().message(), MOST_MESSAGE));
    text(out, "\",\"stack\":\"");
    int left = MOST - out.size() - 2;
    out.writeBytes(JsonText.escapedWithin(attempt.failure().stackTrace(), left));
    text(out, "\"}");
    return out.toByteArray();
  }

  /** Reads an attempt; never throws: what cannot be read is an attempt, number 0, that says so. */
  public static Attempt decode(byte[] json) {
    if (json.length > MOST_READ) {
      return unreadable("it has " + json.length + " bytes");
    }
    try {
      JsonNode entry = READER.readTree(json);
      if (!entry.isObject()) {
        return unreadable(Naming.quote(new String(json, StandardCharsets.UTF_8)));
      }
      return new Attempt(
          entry.path("attempt").asInt(0),
          Instant.ofEpochMilli(entry.path("at").asLong(0)),
          new Failure(
              entry.path("type").asText(""),
              entry.path("message").asText(""),
              entry.path("stack").asText("")));
    } catch (IOException | RuntimeException e) {
      return unreadable(Naming.quote(new String(json, StandardCharsets.UTF_8)));
    }
  }

  private static Attempt unreadable(String why) {
    String message = "this entry of the history cannot be read: " + why;
    return new Attempt(0, Instant.EPOCH, new Failure(UNREADABLE, message, ""));
  }

  private static long millis(Instant at) {
    try {
      return at.toEpochMilli();
    } catch (ArithmeticException e) {
      return 0;
    }
  }

  private static void text(ByteArrayOutputStream out, String ascii) {
    out.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
  }
}
