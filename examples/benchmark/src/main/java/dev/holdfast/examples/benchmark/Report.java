package dev.holdfast.examples.benchmark;

import dev.holdfast.examples.benchmark.Series.Spread;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The report as Markdown: for each scenario a table of what it did and one of what it cost. */
final class Report {
  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  void begin(Machine machine, Scale scale) {
    out.println("# Holdfast, measured");
    out.println();
    machine.facts().forEach((name, value) -> out.printf("- %s: %s%n", name, value));
    out.println();
    out.printf(
        "Each figure is the median of the counted runs, here %d, with the least and the most of"
            + " them in brackets; each row was warmed up before. In every run each job was"
            + " delivered exactly once.%n",
        scale.runs());
    if (scale.runs() < Scale.FULL.runs()) {
      out.printf(
          "**Fewer than %d runs: good for a first look, not to be quoted.**%n", Scale.FULL.runs());
    }
  }

  void table(Suite.Outcome outcome) {
    out.println();
    out.printf("## %s: %s%n", outcome.scenario().name(), outcome.scenario().about());
    Figure compared = outcome.scenario().compared();
    table(outcome, figure -> figure.isMain() || figure == compared, true);
    // The ranges of the costs are in the file: with them no terminal is wide enough.
    table(outcome, figure -> !figure.isMain() && figure != compared, false);
    out.flush();
  }

  void end(Path file, @Nullable String broken) {
    out.println();
    if (broken != null) {
      out.printf("BROKEN: %s%n", broken);
      out.println("What was measured before is in the file; nothing was measured after.");
    }
    out.printf("The figures: %s%n", file);
    out.flush();
  }

  private void table(Suite.Outcome outcome, Predicate<Figure> shown, boolean ranges) {
    List<Figure> columns =
        Arrays.stream(Figure.values())
            .filter(shown)
            .filter(f -> outcome.series().stream().anyMatch(series -> series.of(f).isPresent()))
            .toList();
    if (columns.isEmpty()) {
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(outcome.scenario().name()));
    columns.forEach(figure -> head.add(figure.title()));
    lines.add(head);
    for (int i = 0; i < outcome.series().size(); i++) {
      Series series = outcome.series().get(i);
      List<String> line = new ArrayList<>(List.of(outcome.scenario().rows().get(i).name()));
      for (Figure figure : columns) {
        line.add(series.of(figure).map(spread -> cell(figure, spread, ranges)).orElse(""));
      }
      lines.add(line);
    }
    print(lines);
  }

  private static String cell(Figure figure, Spread spread, boolean range) {
    String median = figure.written(spread.median());
    if (!range || spread.least() == spread.most()) {
      return median;
    }
    return median
        + " ["
        + figure.written(spread.least())
        + " to "
        + figure.written(spread.most())
        + "]";
  }

  private void print(List<List<String>> lines) {
    int[] widths = new int[lines.get(0).size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    out.println();
    for (int l = 0; l < lines.size(); l++) {
      StringBuilder text = new StringBuilder("|");
      StringBuilder rule = new StringBuilder("|");
      for (int i = 0; i < widths.length; i++) {
        String cell = lines.get(l).get(i);
        String blanks = " ".repeat(widths[i] - cell.length());
        text.append(' ').append(i == 0 ? cell + blanks : blanks + cell).append(" |");
        rule.append("-".repeat(widths[i] + 1)).append(i == 0 ? "-|" : ":|");
      }
      out.println(text);
      if (l == 0) {
        out.println(rule);
      }
    }
  }
}
