package dev.holdfast.examples.benchmark;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Runs scenarios: warms up, counts, prints; stops at the first run that broke its delivery. */
final class Suite {
  private final Scale scale;
  private final PrintStream progress;

  /**
   * Prepares it.
   *
   * @param progress where a line for each round goes
   */
  Suite(Scale scale, PrintStream progress) {
    this.scale = scale;
    this.progress = progress;
  }

  /**
   * The outcome of a scenario.
   *
   * @param series the counted runs, one series a row, in the order of the rows
   */
  record Outcome(Scenario scenario, List<Series> series) {
    /** Copies the list. */
    Outcome {
      series = List.copyOf(series);
    }
  }

  /** Runs one. */
  Outcome run(Scenario scenario) throws Exception {
    List<Row> rows = scenario.rows();
    List<Integer> jobs = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    Warmup warmup = new Warmup(scale);
    progress.printf("%s: warm-up of %d rows%n", scenario.name(), rows.size());
    for (Row row : rows) {
      jobs.add(named(scenario, row, () -> warmup.of(row)));
      series.add(new Series());
    }
    for (int run = 1; run <= scale.runs(); run++) {
      progress.printf("%s: run %d of %d%n", scenario.name(), run, scale.runs());
      List<Sample> round = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        Row row = rows.get(i);
        int size = jobs.get(i);
        round.add(named(scenario, row, () -> row.measurement().run(size)));
      }
      List<Sample> compared = compared(scenario, round);
      for (int i = 0; i < rows.size(); i++) {
        series.get(i).add(compared.get(i));
      }
    }
    return new Outcome(scenario, series);
  }

  private interface Part<T> {
    T run() throws Exception;
  }

  /** Says which row a broken run was of. */
  private static <T> T named(Scenario scenario, Row row, Part<T> part) throws Exception {
    try {
      return part.run();
    } catch (BrokenDeliveryException e) {
      BrokenDeliveryException named =
          new BrokenDeliveryException(scenario.name() + ", " + row.name() + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** Adds the ratios to the limits of the same round. */
  private static List<Sample> compared(Scenario scenario, List<Sample> round) {
    Map<Figure, Double> limits = new EnumMap<>(Figure.class);
    for (int i = 0; i < round.size(); i++) {
      Role role = scenario.rows().get(i).role();
      boolean ours = role == Role.HOLDFAST && scenario.toFirst();
      Figure ratio = ours ? Figure.OF_FIRST : role.ratio();
      OptionalDouble value = round.get(i).get(scenario.compared());
      if (ratio != null && value.isPresent()) {
        limits.putIfAbsent(ratio, value.getAsDouble());
      }
    }
    List<Sample> compared = new ArrayList<>();
    for (int i = 0; i < round.size(); i++) {
      compared.add(compared(scenario, scenario.rows().get(i), round.get(i), limits));
    }
    return compared;
  }

  private static Sample compared(
      Scenario scenario, Row row, Sample sample, Map<Figure, Double> limits) {
    OptionalDouble value = sample.get(scenario.compared());
    Sample more = sample;
    if (value.isPresent() && (row.role() == Role.HOLDFAST || row.role() == Role.PEER)) {
      for (Map.Entry<Figure, Double> limit : limits.entrySet()) {
        more = more.with(limit.getKey(), value.getAsDouble() / limit.getValue());
      }
    }
    return more;
  }
}
