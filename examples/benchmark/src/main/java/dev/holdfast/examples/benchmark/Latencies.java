package dev.holdfast.examples.benchmark;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Latencies of a run, each counted from the instant that was intended. */
final class Latencies {
  private static final int DIGITS = 3;

  private final Recorder recorder = new Recorder(DIGITS);

  /** Notes one; what came early counts as zero. */
  void note(long nanos) {
    recorder.recordValue(Math.max(0, nanos));
  }

  /** The percentiles, in ms. */
  Sample sample() {
    Histogram all = recorder.getIntervalHistogram();
    return Sample.EMPTY
        .with(Figure.P50, ms(all.getValueAtPercentile(50)))
        .with(Figure.P90, ms(all.getValueAtPercentile(90)))
        .with(Figure.P99, ms(all.getValueAtPercentile(99)))
        .with(Figure.P999, ms(all.getValueAtPercentile(99.9)))
        .with(Figure.MAX, ms(all.getMaxValue()));
  }

  private static double ms(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
