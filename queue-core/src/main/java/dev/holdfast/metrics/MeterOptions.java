package dev.holdfast.metrics;

/**
 * What the timers publish beside count, sum and maximum. Immutable: each method returns changed
 * options, so that {@code MeterOptions.defaults().withPercentiles()} reads as it is meant.
 *
 * @param percentiles whether each timer publishes its 50th, 95th and 99th percentile, computed in
 *     this process over about the last two minutes; they cannot be added up over processes
 * @param histogram whether each timer publishes buckets, from which a registry that knows them
 *     (Prometheus, OTLP and others) computes any percentile over all processes; others ignore it
 */
public record MeterOptions(boolean percentiles, boolean histogram) {
  private static final MeterOptions DEFAULTS = new MeterOptions(false, false);

  /** No percentiles, no buckets: count, sum and maximum only. */
  public static MeterOptions defaults() {
    return DEFAULTS;
  }

  /** With the 50th, 95th and 99th percentile of each timer. Default without. */
  public MeterOptions withPercentiles() {
    return new MeterOptions(true, histogram);
  }

  /** With the buckets of each timer. Default without. */
  public MeterOptions withHistogram() {
    return new MeterOptions(percentiles, true);
  }
}
