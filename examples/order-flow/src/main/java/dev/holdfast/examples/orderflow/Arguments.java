package dev.holdfast.examples.orderflow;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param help whether to print the usage and end
 * @param days how long a day lasts
 * @param crash whether workers are killed on the way
 * @param redis the Redis to use; null starts one
 * @param postgres the JDBC URL of the PostgreSQL to use; null starts one
 * @param logs where the logs go; null: beside the classes, in {@code target/order-flow}
 */
record Arguments(
    boolean help,
    Days days,
    boolean crash,
    @Nullable String redis,
    @Nullable String postgres,
    @Nullable Path logs) {
  static final String USAGE =
      """
      Five orders: checked, charged, confirmed and taken from the stock, and a week later the
      customer is asked how it was. One card is declined, one article does not exist, and the
      payment service fails now and then. Two worker processes.

        mvn -q compile exec:java -pl examples/order-flow -am [-Dexec.args="OPTIONS"]

        --days-as TIME   how long a day lasts, PT0.1S to PT24H; default PT1S: a week is 7 s
        --crash          kill workers (SIGKILL) at ten places between and inside steps and
                         branches, and all of them while a run sleeps; and stop one (SIGSTOP)
                         until another has done its work
        --redis URL      use this server, such as redis://localhost:6379; without it, one is
                         started for this run and stopped at its end
        --postgres URL   use this server, such as jdbc:postgresql://localhost/test?user=test;
                         without it, one is started for this run, on Linux
        --logs DIR       where the logs go; default: examples/order-flow/target/order-flow
        --help           print this

      Exit code: 0 if every order was charged, taken from the stock and told of once and every
      count is right, 1 if not, 2 for a wrong option.
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if an option is not known, lacks its value or cannot be
   */
  static Arguments parse(List<String> args) {
    boolean help = false;
    boolean crash = false;
    Days days = new Days(Duration.ofSeconds(1));
    String redis = null;
    String postgres = null;
    Path logs = null;
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      String option = words.next();
      switch (option) {
        case "--help" -> help = true;
        case "--crash" -> crash = true;
        case "--days-as" -> days = days(value(option, words));
        case "--redis" -> redis = value(option, words);
        case "--postgres" -> postgres = value(option, words);
        case "--logs" -> logs = Path.of(value(option, words)).toAbsolutePath().normalize();
        default -> throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    return new Arguments(help, days, crash, redis, postgres, logs);
  }

  private static Days days(String text) {
    try {
      return new Days(Duration.parse(text));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "--days-as is " + text + "; it must be a duration such as PT0.5S", e);
    }
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }
}
