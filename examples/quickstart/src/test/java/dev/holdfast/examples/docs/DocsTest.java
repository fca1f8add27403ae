package dev.holdfast.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the README and the pages under {@code docs} true where a machine can tell. */
class DocsTest {
  private static final Path ROOT = root();
  private static final Path SCRIPTS =
      ROOT.resolve("queue-redis/src/main/resources/dev/holdfast/redis");
  private static final String EXAMPLES =
      "examples/quickstart/src/test/java/dev/holdfast/examples/docs/";
  private static final String TRIAL_FLOW =
      "examples/trial-expiration/src/main/java/dev/holdfast/examples/trialexpiration/TrialFlow.java";

  @Test
  void every_java_example_is_a_region_of_code_that_is_compiled() {
    List<String> regions = new ArrayList<>();
    for (String file :
        List.of(
            "DocExamples.java",
            "DocBatches.java",
            "DocEvents.java",
            "DocFlows.java",
            "DocFlowTestingTest.java",
            "DocJobBatches.java",
            "DocLimits.java",
            "DocSchedules.java",
            "DocTestingIT.java")) {
      regions.addAll(regions(read(ROOT.resolve(EXAMPLES).resolve(file))));
    }
    regions.addAll(regions(read(ROOT.resolve(TRIAL_FLOW))));

    for (Path page : pages()) {
      for (String block : blocks(read(page), "java")) {
        assertThat(regions)
            .as(
                "a java block of %s; copy it from a region of a file in %s",
                ROOT.relativize(page), EXAMPLES)
            .contains(words(block));
      }
    }
  }

  @Test
  void every_link_to_a_file_leads_to_one() {
    Pattern link = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)]*)?\\)");
    for (Path page : pages()) {
      Matcher matcher = link.matcher(read(page));
      while (matcher.find()) {
        assertThat(page.resolveSibling(matcher.group(1)).normalize())
            .as("a link of %s", ROOT.relativize(page))
            .exists();
      }
    }
  }

  @Test
  void every_script_has_its_row_and_every_row_its_script() {
    List<String> scripts = scripts();

    assertThat(firstCells(read(ROOT.resolve("docs/scripts.md"))))
        .containsExactlyInAnyOrderElementsOf(scripts);
  }

  @Test
  void every_script_that_a_page_names_exists() {
    Pattern name = Pattern.compile("`([a-z_/]+)\\.lua`");
    for (Path page : pages()) {
      Matcher matcher = name.matcher(read(page));
      while (matcher.find()) {
        assertThat(SCRIPTS.resolve(matcher.group(1) + ".lua"))
            .as("a script that %s names", ROOT.relativize(page))
            .exists();
      }
    }
  }

  @Test
  void every_key_has_its_row() {
    String page = read(ROOT.resolve("docs/keys.md"));
    String keys = read(ROOT.resolve("queue-redis/src/main/java/dev/holdfast/redis/RedisKeys.java"));
    Map<String, String> types = new LinkedHashMap<>();
    Matcher matcher = Pattern.compile("\\n    ([A-Z]+)\\(\"(\\w+)\"\\)").matcher(keys);
    while (matcher.find()) {
      types.put(name(matcher.group(1)), matcher.group(2));
    }

    assertThat(types).hasSizeGreaterThan(15);
    types.forEach(
        (key, type) ->
            assertThat(page)
                .as("the row of key %s in docs/keys.md", key)
                .containsPattern(
                    "\\n\\|[^|]*`" + Pattern.quote(key) + "`[^|]*\\| " + type + " \\|"));
  }

  @Test
  void every_message_to_look_up_is_written_by_the_code() {
    String code = sources().replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
    String page = read(ROOT.resolve("docs/operating.md"));
    String tables =
        section(page, "## Checks at start") + section(page, "## Troubleshooting by message");
    Matcher cell = Pattern.compile("(?m)^\\| `([^`]+)` \\|").matcher(tables);
    int found = 0;
    while (cell.find()) {
      found++;
      for (String part : cell.group(1).split("\\.\\.\\.", -1)) {
        assertThat(code).as("a part of the message: %s", cell.group(1)).contains(part.strip());
      }
    }
    assertThat(found).isGreaterThan(30);
  }

  private static String section(String page, String title) {
    int start = page.indexOf(title);
    assertThat(start).as(title).isNotNegative();
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }

  /** All code of the modules that an application uses. */
  private static String sources() {
    StringBuilder all = new StringBuilder();
    for (String module : List.of("queue-core", "queue-redis", "queue-testkit")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> all.append(read(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all.toString();
  }

  private static String name(String constant) {
    return switch (constant) {
      case "HIGH", "NORMAL", "LOW", "SUSPECT" -> "ready:" + lower(constant);
      case "ENDS" -> "idemEnds";
      case "SEEN" -> "opsSeen";
      case "ACTIVE" -> "active:<consumer>";
      case "LOCK" -> "{lock:<name>}";
      case "QUEUES" -> "{schedules}";
      case "TOPICS" -> "{topics}";
      default -> lower(constant);
    };
  }

  private static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  private static List<String> scripts() {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".lua"))
          .map(file -> file.replace(".lua", ""))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> firstCells(String page) {
    List<String> cells = new ArrayList<>();
    Matcher matcher = Pattern.compile("(?m)^\\| `(\\w+)` \\|").matcher(page);
    while (matcher.find()) {
      cells.add(matcher.group(1));
    }
    return cells;
  }

  private static List<String> regions(String source) {
    List<String> regions = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("(?s)// tag::([a-z-]+)\\[]\\n(.*?)\\n *// end::\\1\\[]").matcher(source);
    while (matcher.find()) {
      regions.add(words(matcher.group(2)));
    }
    assertThat(regions).isNotEmpty();
    return regions;
  }

  private static List<String> blocks(String page, String language) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```").matcher(page);
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  /** The code without white space: pages have their own indentation and line length. */
  private static String words(String code) {
    // A class is nested here, and stands alone in a page.
    return code.replace("static final class", "final class").replaceAll("\\s+", "");
  }

  private static List<Path> pages() {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      List<Path> pages = new ArrayList<>();
      pages.add(ROOT.resolve("README.md"));
      docs.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      return pages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("docs/keys.md"))) {
      Path parent = at.getParent();
      if (parent == null) {
        throw new IllegalStateException("docs/keys.md is in no directory above this one");
      }
      at = parent;
    }
    return at;
  }
}
