package dev.holdfast.metrics;

import dev.holdfast.job.QueueStats;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.Meters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Publishes what Holdfast counts and times in a Micrometer registry: {@code
 * HoldfastOptions.builder().meters(MicrometerMeters.on(registry))}. The meters, their units and
 * tags are in {@code docs/metrics.md}.
 *
 * <p>Make one for a registry and give it to every {@code Holdfast} of the process: a second one on
 * the same registry shares the counters and timers, but its gauges for a queue that the first one
 * watches are not registered.
 *
 * <p>Safe for use by many threads; no method throws, and a meter the registry refuses is logged and
 * left out. Each meter is looked up in the registry once and kept, so that counting costs one or
 * two map reads. Kept meters do not return if the application removes them from the registry.
 *
 * <p>A queue's gauges are read from the engine by the thread that publishes the registry, in one
 * read at most every 5 s; while that fails they are NaN. They vanish when the last worker of the
 * process stops serving the queue. The supplier given to {@link #watch} should read through the
 * engine, not through the worker: of several workers on a queue any supplier may be the one asked.
 */
public final class MicrometerMeters implements Meters {
  private final Registrar registrar;
  private final Map<Line, IntakeMeters> intake = new ConcurrentHashMap<>();
  private final Map<Line, AttemptMeters> attempts = new ConcurrentHashMap<>();
  private final Map<String, QueueMeters> queues = new ConcurrentHashMap<>();
  private final Map<String, QueueGauges> watched = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Supplier<Number>> stuck = new CopyOnWriteArrayList<>();

  /** Of workers that have closed, as long as they tell of threads that run on. */
  private final CopyOnWriteArrayList<Supplier<Number>> leftBehind = new CopyOnWriteArrayList<>();

  private final AtomicBoolean stuckIsShown = new AtomicBoolean();

  private MicrometerMeters(Registrar registrar) {
    this.registrar = registrar;
  }

  /** Publishes in this registry; timers have count, sum and maximum only. */
  public static MicrometerMeters on(MeterRegistry registry) {
    return on(registry, MeterOptions.defaults());
  }

  /** Publishes in this registry, with what the options add to the timers. */
  public static MicrometerMeters on(MeterRegistry registry, MeterOptions options) {
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(options, "options");
    return new MicrometerMeters(new Registrar(registry, options));
  }

  @Override
  public void enqueued(String queue, String type, Verdict verdict) {
    Line line = new Line(queue, type);
    IntakeMeters known = intake.get(line);
    if (known == null) {
      known = intake.computeIfAbsent(line.clean(), clean -> new IntakeMeters(registrar, clean));
    }
    known.enqueued(verdict);
  }

  @Override
  public void started(String queue, String type, Duration waited) {
    attempts(queue, type).started(waited);
  }

  @Override
  public void ended(String queue, String type, String outcome, Duration took) {
    attempts(queue, type).ended(outcome, took);
  }

  @Override
  public void retried(String queue, String type) {
    attempts(queue, type).retried();
  }

  @Override
  public void died(String queue, String type, StateReason reason) {
    attempts(queue, type).died(reason);
  }

  @Override
  public void leaseLost(String queue, String type) {
    attempts(queue, type).leaseLost();
  }

  @Override
  public void reaped(String queue, int jobs) {
    queue(queue).reaped(jobs);
  }

  @Override
  public void trimmedDeadLetters(String queue, int jobs) {
    queue(queue).trimmed(jobs);
  }

  @Override
  public void turn(String queue, Duration took) {
    queue(queue).turn(took);
  }

  @Override
  public void watch(String queue, Supplier<QueueStats> stats) {
    watched.compute(
        Registrar.nameOrUnknown(queue),
        (name, gauges) ->
            (gauges == null ? new QueueGauges(registrar, name) : gauges).watch(stats));
  }

  @Override
  public void unwatch(String queue) {
    watched.computeIfPresent(Registrar.nameOrUnknown(queue), (name, gauges) -> gauges.unwatch());
  }

  @Override
  public void stuck(Supplier<Number> threads) {
    stuck.addIfAbsent(threads);
    if (stuckIsShown.compareAndSet(false, true)) { // Micrometer warns of a second registration
      registrar.gauge(
          "holdfast.threads.stuck",
          "Handler threads that run on after their attempt was given up",
          null,
          Tags.empty(),
          this::stuckThreads);
    }
  }

  @Override
  public void unstuck(Supplier<Number> threads) {
    if (stuck.remove(threads)) {
      leftBehind.add(threads);
    }
    leftBehind.removeIf(MicrometerMeters::tellsOfNone);
  }

  private static boolean tellsOfNone(Supplier<Number> threads) {
    try {
      return threads.get().doubleValue() <= 0;
    } catch (RuntimeException e) {
      return true; // its worker is gone, and it will never tell
    }
  }

  /** The sum over all workers of the process; NaN if there are some and none can tell. */
  private double stuckThreads() {
    leftBehind.removeIf(MicrometerMeters::tellsOfNone);
    double sum = 0;
    for (Supplier<Number> threads : leftBehind) {
      sum += threads.get().doubleValue();
    }
    boolean told = stuck.isEmpty();
    for (Supplier<Number> threads : stuck) {
      try {
        sum += threads.get().doubleValue();
        told = true;
      } catch (RuntimeException e) {
        // Left out: the others can still tell, and a gauge must not throw.
      }
    }
    return told ? sum : Double.NaN;
  }

  private AttemptMeters attempts(String queue, String type) {
    Line line = new Line(queue, type);
    AttemptMeters known = attempts.get(line);
    return known != null
        ? known
        : attempts.computeIfAbsent(line.clean(), clean -> new AttemptMeters(registrar, clean));
  }

  private QueueMeters queue(String queue) {
    QueueMeters known = queues.get(queue);
    return known != null
        ? known
        : queues.computeIfAbsent(
            Registrar.nameOrUnknown(queue), clean -> new QueueMeters(registrar, clean));
  }
}
