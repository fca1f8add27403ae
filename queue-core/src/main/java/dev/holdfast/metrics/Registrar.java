package dev.holdfast.metrics;

import dev.holdfast.job.InvalidNameException;
import dev.holdfast.job.Naming;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopTimer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes meters, each once: its callers keep what they get. A registry may refuse a meter (a filter
 * that throws, a name that is taken by another kind of meter); jobs matter more than numbers, so
 * that a refused meter is logged and replaced by one that counts nothing.
 */
final class Registrar {
  /** The tag value for a name that is none, as that of a job whose envelope cannot be read. */
  static final String UNKNOWN = "unknown";

  private static final Logger log = LoggerFactory.getLogger(MicrometerMeters.class);
  // A clock that jumps can make a wait of decades; a few of those would overflow a timer's sum.
  private static final Duration LONGEST = Duration.ofDays(366);

  private final MeterRegistry registry;
  private final MeterOptions options;

  Registrar(MeterRegistry registry, MeterOptions options) {
    this.registry = registry;
    this.options = options;
  }

  Clock clock() {
    return registry.config().clock();
  }

  Counter counter(String name, String description, Tags tags) {
    try {
      return Counter.builder(name).description(description).tags(tags).register(registry);
    } catch (RuntimeException e) {
      refused(name, tags, e);
      return new NoopCounter(new Meter.Id(name, tags, null, description, Meter.Type.COUNTER));
    }
  }

  /** A timer; the bounds limit how many buckets a histogram has, not what can be recorded. */
  Timer timer(String name, String description, Duration least, Duration most, Tags tags) {
    try {
      Timer.Builder builder =
          Timer.builder(name)
              .description(description)
              .tags(tags)
              .minimumExpectedValue(least)
              .maximumExpectedValue(most);
      if (options.percentiles()) {
        builder.publishPercentiles(0.5, 0.95, 0.99);
      }
      if (options.histogram()) {
        builder.publishPercentileHistogram();
      }
      return builder.register(registry);
    } catch (RuntimeException e) {
      refused(name, tags, e);
      return new NoopTimer(new Meter.Id(name, tags, null, description, Meter.Type.TIMER));
    }
  }

  /** A gauge that keeps its supplier alive, or null if it was refused. */
  @Nullable Gauge gauge(
      String name, String description, @Nullable String unit, Tags tags, Supplier<Number> value) {
    try {
      return Gauge.builder(name, value)
          .description(description)
          .baseUnit(unit)
          .tags(tags)
          .register(registry);
    } catch (RuntimeException e) {
      refused(name, tags, e);
      return null;
    }
  }

  void remove(Gauge gauge) {
    try {
      registry.remove(gauge);
    } catch (RuntimeException e) {
      log.warn(
          "Cannot remove the gauge {}; it goes on to be published: {}",
          gauge.getId(),
          e.toString());
    }
  }

  /** Records a duration; a negative one (two clocks that differ) counts as zero. */
  static void record(Timer timer, Duration duration) {
    if (duration.isNegative()) {
      timer.record(Duration.ZERO);
    } else {
      timer.record(duration.compareTo(LONGEST) > 0 ? LONGEST : duration);
    }
  }

  /** The name, or {@link #UNKNOWN} if it breaks the rules of names: tags stay few and clean. */
  static String nameOrUnknown(@Nullable String name) {
    if (name == null) {
      return UNKNOWN;
    }
    try {
      return Naming.type(name);
    } catch (InvalidNameException e) {
      return UNKNOWN;
    }
  }

  /** The word of an enum constant as a tag value. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static void refused(String name, Tags tags, RuntimeException e) {
    log.warn(
        "The registry refused the meter {} {}; Holdfast goes on without it: {}",
        name,
        tags,
        e.toString());
  }
}
