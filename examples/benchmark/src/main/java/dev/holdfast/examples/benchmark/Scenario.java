package dev.holdfast.examples.benchmark;

import java.util.List;

/**
 * A question and the rows that answer it. The rows of a round are run one after the other, so that
 * ratios between them are of the same minute of the same machine.
 *
 * @param name for {@code --only}
 * @param about what it measures, one sentence
 * @param compared the figure whose ratios are shown
 * @param toFirst whether each row is also compared with the first one of Holdfast's
 * @param rows in the order they run
 */
record Scenario(String name, String about, Figure compared, boolean toFirst, List<Row> rows) {
  /** Copies the rows. */
  Scenario {
    rows = List.copyOf(rows);
  }

  /** A scenario whose rows are compared with its limits. */
  static Scenario beside(String name, String about, Figure compared, List<Row> rows) {
    return new Scenario(name, about, compared, false, rows);
  }

  /** A scenario that changes one thing from row to row. */
  static Scenario changing(String name, String about, Figure compared, List<Row> rows) {
    return new Scenario(name, about, compared, true, rows);
  }
}
