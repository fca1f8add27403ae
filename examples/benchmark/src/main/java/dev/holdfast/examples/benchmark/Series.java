package dev.holdfast.examples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** The counted runs of one row: each figure's median and range. */
final class Series {
  private final List<Sample> samples = new ArrayList<>();

  /**
   * A figure over the runs.
   *
   * @param values one a run, in the order of the runs
   */
  record Spread(double median, double least, double most, List<Double> values) {
    /** Copies the values. */
    Spread {
      values = List.copyOf(values);
    }
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  int runs() {
    return samples.size();
  }

  /** The figure over the runs that have it; empty if none has. */
  Optional<Spread> of(Figure figure) {
    List<Double> values = new ArrayList<>();
    samples.forEach(sample -> sample.get(figure).ifPresent(values::add));
    if (values.isEmpty()) {
      return Optional.empty();
    }
    double[] sorted = values.stream().flatMapToDouble(DoubleStream::of).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return Optional.of(new Spread(median, sorted[0], sorted[sorted.length - 1], values));
  }
}
