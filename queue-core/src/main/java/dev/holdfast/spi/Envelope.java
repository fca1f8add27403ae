package dev.holdfast.spi;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What travels with a job beside what the engine reads: the payload and its context.
 *
 * @param version the schema version it was written with
 * @param payload the payload's JSON, as bytes
 * @param correlationId the correlation id, or null
 * @param traceparent the W3C trace context, or null
 * @param headers the caller's headers
 * @param unknown fields of a later version, by name, as JSON text; kept when the envelope is
 *     written again
 */
public record Envelope(
    int version,
    byte[] payload,
    @Nullable String correlationId,
    @Nullable String traceparent,
    Map<String, String> headers,
    Map<String, String> unknown) {

  /** The version this library writes, and the highest it reads. */
  public static final int VERSION = 1;

  /** Copies the maps. */
  public Envelope {
    Objects.requireNonNull(payload, "payload");
    headers = Map.copyOf(headers);
    unknown = Map.copyOf(unknown);
  }
}
