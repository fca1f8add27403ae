package dev.holdfast.examples.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param help whether to print the usage and end
 * @param list whether to print the scenarios and end
 * @param micro whether to run the small pieces in a loop instead of the scenarios
 * @param quick whether a short run of the main scenarios is enough
 * @param huge whether the backlog of 10 million jobs is run, too
 * @param only names of the scenarios to run; empty: all, or the quick ones
 * @param runs counted runs of each row; null: as the scale says
 * @param redis the Redis to use; null starts one for each run
 * @param out the file for the figures; null: in the module's {@code target}
 */
record Arguments(
    boolean help,
    boolean list,
    boolean micro,
    boolean quick,
    boolean huge,
    List<String> only,
    @Nullable Integer runs,
    @Nullable String redis,
    @Nullable Path out) {
  static final String USAGE =
      """
      Measures what Holdfast does in a second and what each job costs, beside bare Redis lists.

        mvn -q compile exec:java -pl examples/benchmark -am [-Dexec.args="OPTIONS"]

        --quick        the main scenarios, short: 3 runs, under 3 minutes
        --only A,B     these scenarios
        --list         print the scenarios and end
        --micro        payload, envelope and key alone, by JMH, instead of the scenarios
        --runs N       counted runs of each row, 1 to 100; default 5, with --quick 3
        --huge         with the backlog of 10 million jobs, which needs 4 GB of memory
        --out FILE     where the figures go; default: examples/benchmark/target/benchmark.json
        --redis URL    use this server, such as redis://localhost:6379, and nothing else may use it
                       meanwhile; without it, a fresh one is started for each run
        --help         print this

      Exit code: 0 if every run delivered every job exactly once, 1 if not, 2 for a wrong option.
      """;

  /** Copies the names. */
  Arguments {
    only = List.copyOf(only);
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if an option is not known or lacks its value
   */
  static Arguments parse(List<String> args) {
    boolean help = false;
    boolean list = false;
    boolean micro = false;
    boolean quick = false;
    boolean huge = false;
    List<String> only = new ArrayList<>();
    Integer runs = null;
    String redis = null;
    Path out = null;
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      String option = words.next();
      switch (option) {
        case "--help" -> help = true;
        case "--list" -> list = true;
        case "--micro" -> micro = true;
        case "--quick" -> quick = true;
        case "--huge" -> huge = true;
        case "--only" -> only.addAll(List.of(value(option, words).split(",", -1)));
        case "--runs" -> runs = number(option, value(option, words));
        case "--redis" -> redis = value(option, words);
        case "--out" -> out = Path.of(value(option, words)).toAbsolutePath().normalize();
        default -> throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    return new Arguments(help, list, micro, quick, huge, only, runs, redis, out);
  }

  Scale scale() {
    Scale scale = quick ? Scale.QUICK : Scale.FULL;
    if (runs != null) {
      scale = scale.withRuns(runs);
    }
    return huge ? scale.withHuge() : scale;
  }

  /**
   * Picks what to run.
   *
   * @throws IllegalArgumentException if a name is none of them
   */
  List<Scenario> picked(List<Scenario> all) {
    List<String> names = all.stream().map(Scenario::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("no scenario " + name + "; there are " + names);
      }
    }
    return all.stream()
        .filter(
            scenario ->
                only.isEmpty()
                    ? !quick || Scenarios.QUICK.contains(scenario.name())
                    : only.contains(scenario.name()))
        .toList();
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }

  private static int number(String option, String text) {
    if (!text.matches("[1-9][0-9]?|100")) {
      throw new IllegalArgumentException(option + " is a number from 1 to 100, not " + text);
    }
    return Integer.parseInt(text);
  }
}
