package dev.holdfast;

import java.util.Objects;

/**
 * A payload with options of its own, for {@link Holdfast#enqueueAll}.
 *
 * @param payload the payload, of a class annotated with {@code JobType}
 * @param options how it is enqueued
 */
public record JobRequest(Object payload, EnqueueOptions options) {
  /** Checks that options are given; the payload is checked when it is enqueued. */
  public JobRequest {
    Objects.requireNonNull(options, "options");
  }

  /** A payload with options. */
  public static JobRequest of(Object payload, EnqueueOptions options) {
    return new JobRequest(payload, options);
  }
}
