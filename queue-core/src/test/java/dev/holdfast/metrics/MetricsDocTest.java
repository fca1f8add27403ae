package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.QueueStats;
import dev.holdfast.job.StateReason;
import dev.holdfast.spi.EnqueueReply.Verdict;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Compares the tables of docs/metrics.md with what is registered. */
class MetricsDocTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void use_every_meter() {
    MicrometerMeters meters = MicrometerMeters.on(registry);
    meters.enqueued("q", "t", Verdict.CREATED);
    meters.started("q", "t", Duration.ofMillis(1));
    meters.ended("q", "t", "succeeded", Duration.ofMillis(1));
    meters.retried("q", "t");
    meters.died("q", "t", StateReason.EXHAUSTED);
    meters.leaseLost("q", "t");
    meters.reaped("q", 1);
    meters.trimmedDeadLetters("q", 1);
    meters.turn("q", Duration.ofMillis(1));
    meters.watch("q", () -> new QueueStats(1, 1, 1, 1, 1, 1, Duration.ZERO, null, false));
    meters.stuck(() -> 0);
  }

  @Test
  void names_kinds_and_tags_are_those_registered() throws IOException {
    Map<String, String> documented = new TreeMap<>();
    for (List<String> row : table("name")) {
      documented.put(
          codes(row.get(0)).iterator().next(), row.get(1) + " " + new TreeSet<>(codes(row.get(3))));
    }
    Map<String, String> registered = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      Set<String> keys =
          meter.getId().getTags().stream()
              .map(Tag::getKey)
              .collect(Collectors.toCollection(TreeSet::new));
      registered.put(
          meter.getId().getName(),
          meter.getId().getType().name().toLowerCase(Locale.ROOT) + " " + keys);
    }
    assertThat(documented).isEqualTo(registered);
  }

  @Test
  void every_row_has_a_unit_an_occasion_and_an_alert() throws IOException {
    assertThat(table("name"))
        .allSatisfy(row -> assertThat(row).hasSize(6).allSatisfy(c -> assertThat(c).isNotBlank()));
  }

  @Test
  void values_of_the_tags_are_those_registered() throws IOException {
    Map<String, Set<String>> documented = new TreeMap<>();
    for (List<String> row : table("tag")) {
      codes(row.get(0)).forEach(tag -> documented.put(tag, codes(row.get(1))));
    }
    for (String tag : List.of("result", "reason", "state")) {
      assertThat(documented.get(tag)).as(tag).isEqualTo(registeredValues(tag));
    }
    assertThat(documented.get("outcome")).containsAll(registeredValues("outcome"));
  }

  private Set<String> registeredValues(String tag) {
    return registry.getMeters().stream()
        .flatMap(meter -> meter.getId().getTags().stream())
        .filter(each -> each.getKey().equals(tag))
        .map(Tag::getValue)
        .collect(Collectors.toSet());
  }

  private static Set<String> codes(String cell) {
    return CODE.matcher(cell).results().map(code -> code.group(1)).collect(Collectors.toSet());
  }

  /** The rows of the table whose first column has this heading. */
  private static List<List<String>> table(String heading) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(doc())) {
      if (line.startsWith("| " + heading + " |")) {
        inside = true;
      } else if (inside && !line.startsWith("|")) {
        break;
      } else if (inside && !line.startsWith("|---")) {
        rows.add(cells(line));
      }
    }
    assertThat(rows).as("rows of the table that starts with " + heading).isNotEmpty();
    return rows;
  }

  private static List<String> cells(String line) {
    return Pattern.compile("\\|([^|]*)(?=\\|)")
        .matcher(line)
        .results()
        .map((MatchResult cell) -> cell.group(1).strip())
        .toList();
  }

  private static Path doc() {
    return Path.of(System.getProperty("basedir", "."), "..", "docs", "metrics.md");
  }
}
