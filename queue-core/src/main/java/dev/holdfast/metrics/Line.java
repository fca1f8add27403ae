package dev.holdfast.metrics;

import io.micrometer.core.instrument.Tags;

/** The key under which the meters of a queue and job type are kept. */
record Line(String queue, String type) {
  /** The same line with clean names. Called only where nothing is kept yet. */
  Line clean() {
    return new Line(Registrar.nameOrUnknown(queue), Registrar.nameOrUnknown(type));
  }

  Tags tags() {
    return Tags.of("queue", queue, "type", type);
  }
}
