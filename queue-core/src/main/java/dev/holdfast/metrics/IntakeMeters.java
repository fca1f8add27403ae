package dev.holdfast.metrics;

import dev.holdfast.spi.EnqueueReply.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;

/** What is counted where jobs come in, for one queue and type. Never changes once built. */
final class IntakeMeters {
  private final Map<Verdict, Counter> enqueued = new EnumMap<>(Verdict.class);

  IntakeMeters(Registrar registrar, Line line) {
    Tags tags = line.tags();
    for (Verdict verdict : Verdict.values()) {
      enqueued.put(
          verdict,
          registrar.counter(
              "holdfast.enqueued",
              "Jobs handed to the engine, by its answer",
              tags.and("result", Registrar.word(verdict))));
    }
  }

  void enqueued(Verdict verdict) {
    Counter counter = enqueued.get(verdict);
    if (counter != null) {
      counter.increment();
    }
  }
}
