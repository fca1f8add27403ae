package dev.holdfast.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The report as JSON: every figure of every run, for whoever compares two of them. */
final class ReportFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ReportFile() {}

  /**
   * Writes it.
   *
   * @param incomplete why scenarios miss; null: none does
   */
  static void write(
      Path file,
      Machine machine,
      Scale scale,
      List<Suite.Outcome> outcomes,
      @Nullable String incomplete)
      throws IOException {
    ObjectNode report = JSON.createObjectNode();
    ObjectNode facts = report.putObject("machine");
    machine.facts().forEach(facts::put);
    report.put("quick", scale.quick());
    report.put("runs", scale.runs());
    report.put("incomplete", incomplete);
    ArrayNode scenarios = report.putArray("scenarios");
    outcomes.forEach(outcome -> add(scenarios.addObject(), outcome));
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(file, JSON.writeValueAsString(report) + "\n");
  }

  private static void add(ObjectNode node, Suite.Outcome outcome) {
    Scenario scenario = outcome.scenario();
    node.put("name", scenario.name());
    node.put("about", scenario.about());
    node.put("compared", scenario.compared().key());
    ArrayNode rows = node.putArray("rows");
    for (int i = 0; i < scenario.rows().size(); i++) {
      Row row = scenario.rows().get(i);
      ObjectNode shown = rows.addObject();
      shown.put("name", row.name());
      shown.put("role", row.role().name().toLowerCase(Locale.ROOT));
      add(shown.putObject("figures"), outcome.series().get(i));
    }
  }

  private static void add(ObjectNode figures, Series series) {
    for (Figure figure : Figure.values()) {
      series
          .of(figure)
          .ifPresent(
              spread -> {
                ObjectNode node = figures.putObject(figure.key());
                node.put("unit", figure.unit());
                node.put("median", spread.median());
                node.put("least", spread.least());
                node.put("most", spread.most());
                ArrayNode values = node.putArray("values");
                spread.values().forEach(values::add);
              });
    }
  }
}
