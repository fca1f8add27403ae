package dev.holdfast.examples.quickstart;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param help whether to print the usage and end
 * @param crash whether to kill a worker in the middle
 * @param redis the Redis to use; null starts one
 * @param out where the invoices go; null: beside the classes, in {@code target/invoices}
 */
record Arguments(boolean help, boolean crash, @Nullable String redis, @Nullable Path out) {
  static final String USAGE =
      """
      Renders an invoice for every order of a bundled file, one job per order.

        mvn -q compile exec:java -pl examples/quickstart -am [-Dexec.args="OPTIONS"]

        --crash        run the worker as a second process and kill it in the middle
        --redis URL    use this server, such as redis://localhost:6379; without it, one is
                       started for this run and stopped at its end
        --out DIR      where the invoices go; default: examples/quickstart/target/invoices
        --help         print this

      Exit code: 0 if every invoice is there and every count is right, 1 if not, 2 for a
      wrong option.
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if an option is not known or lacks its value
   */
  static Arguments parse(List<String> args) {
    boolean help = false;
    boolean crash = false;
    String redis = null;
    Path out = null;
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      String option = words.next();
      switch (option) {
        case "--help" -> help = true;
        case "--crash" -> crash = true;
        case "--redis" -> redis = value(option, words);
        case "--out" -> out = Path.of(value(option, words)).toAbsolutePath().normalize();
        default -> throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    return new Arguments(help, crash, redis, out);
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }
}
