package dev.holdfast.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What is counted and timed for a queue as a whole. Never changes once built. */
final class QueueMeters {
  // The bounds of the histogram are chosen, not measured.
  private static final Duration SHORTEST_TURN = Duration.ofNanos(100_000);
  private static final Duration LONGEST_TURN = Duration.ofSeconds(10);

  private final Counter reaped;
  private final Counter trimmed;
  private final Timer turn;

  QueueMeters(Registrar registrar, String queue) {
    Tags tags = Tags.of("queue", queue);
    reaped =
        registrar.counter("holdfast.reaped", "Jobs taken back because their lease ran out", tags);
    trimmed =
        registrar.counter(
            "holdfast.dead.letters.trimmed", "Dead letters removed by retention", tags);
    turn =
        registrar.timer(
            "holdfast.turn.duration",
            "How long a worker's round trip took",
            SHORTEST_TURN,
            LONGEST_TURN,
            tags);
  }

  void reaped(int jobs) {
    reaped.increment(Math.max(0, jobs));
  }

  void trimmed(int jobs) {
    trimmed.increment(Math.max(0, jobs));
  }

  void turn(Duration took) {
    Registrar.record(turn, took);
  }
}
