package dev.holdfast.examples.benchmark;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The figures of one run.
 *
 * @param figures what was measured
 */
record Sample(Map<Figure, Double> figures) {
  static final Sample EMPTY = new Sample(Map.of());

  /** Copies the figures. */
  Sample {
    EnumMap<Figure, Double> copy = new EnumMap<>(Figure.class);
    copy.putAll(figures);
    figures = Collections.unmodifiableMap(copy);
  }

  OptionalDouble get(Figure figure) {
    Double value = figures.get(figure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  Sample with(Figure figure, double value) {
    EnumMap<Figure, Double> more = new EnumMap<>(Figure.class);
    more.putAll(figures);
    more.put(figure, value);
    return new Sample(more);
  }

  Sample with(Sample other) {
    EnumMap<Figure, Double> more = new EnumMap<>(Figure.class);
    more.putAll(figures);
    more.putAll(other.figures);
    return new Sample(more);
  }

  Sample without(Figure figure) {
    EnumMap<Figure, Double> fewer = new EnumMap<>(Figure.class);
    fewer.putAll(figures);
    fewer.remove(figure);
    return new Sample(fewer);
  }
}
