package dev.holdfast.metrics;

import dev.holdfast.job.QueueStats;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The gauges of one watched queue, all fed by one {@link StatsReader}. Its fields are guarded by
 * the entry of the map that {@link MicrometerMeters} keeps it in.
 */
final class QueueGauges {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Registrar registrar;
  private final StatsReader reader;
  private final List<Gauge> gauges = new ArrayList<>();
  private int watchers;

  QueueGauges(Registrar registrar, String queue) {
    this.registrar = registrar;
    reader = new StatsReader(queue, registrar.clock());
    jobs(queue, "ready", QueueStats::ready);
    jobs(queue, "scheduled", QueueStats::scheduled);
    jobs(queue, "parked", QueueStats::parked);
    jobs(queue, "active", QueueStats::active);
    jobs(queue, "done", QueueStats::done);
    jobs(queue, "dead", QueueStats::dead);
    gauge(
        "holdfast.oldest.ready.age",
        "How long the oldest ready job has been ready",
        "seconds",
        Tags.of("queue", queue),
        stats -> seconds(stats.oldestReady()));
  }

  QueueGauges watch(Supplier<QueueStats> stats) {
    reader.add(stats);
    watchers++;
    return this;
  }

  /** Returns itself while someone watches; else removes the gauges and returns null. */
  @Nullable QueueGauges unwatch() {
    reader.dropOne();
    watchers--;
    if (watchers > 0) {
      return this;
    }
    gauges.forEach(registrar::remove);
    return null;
  }

  private void jobs(String queue, String state, ToDoubleFunction<QueueStats> value) {
    gauge("holdfast.jobs", "Jobs by state", null, Tags.of("queue", queue, "state", state), value);
  }

  private void gauge(
      String name,
      String description,
      @Nullable String unit,
      Tags tags,
      ToDoubleFunction<QueueStats> value) {
    Gauge gauge =
        registrar.gauge(
            name,
            description,
            unit,
            tags,
            () -> {
              QueueStats stats = reader.stats();
              return stats == null ? Double.NaN : value.applyAsDouble(stats);
            });
    if (gauge != null) {
      gauges.add(gauge);
    }
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / NANOS_PER_SECOND;
  }
}
