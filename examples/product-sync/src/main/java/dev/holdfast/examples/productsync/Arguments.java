package dev.holdfast.examples.productsync;

import dev.holdfast.examples.productsync.ShopServer.Catalogue;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param help whether to print the usage and end
 * @param catalogue what the shop has
 * @param tempo how fast the shop's clock runs
 * @param redis the Redis to use; null starts one
 * @param postgres the JDBC URL of the PostgreSQL to use; null starts one
 * @param logs where the logs go; null: beside the classes, in {@code target/product-sync}
 */
record Arguments(
    boolean help,
    Catalogue catalogue,
    Tempo tempo,
    @Nullable String redis,
    @Nullable String postgres,
    @Nullable Path logs) {
  static final String USAGE =
      """
      Copies 200,000 products from a shop whose API allows 60 requests a minute, with two
      worker processes. One is killed on the way, and for a while the shop allows 20 only.

        mvn -q compile exec:java -pl examples/product-sync -am [-Dexec.args="OPTIONS"]

        --speed N        how fast the shop's clock runs, 1 to 120; default 30: its minute is
                         2 seconds. With 1 it is a minute, and the run takes a quarter of an hour
        --products N     how many products the shop has, 5,000 to 10,000,000; default 200000
        --page N         products on a page, 1 to 1,000; default 250. There must be 200 pages
        --redis URL      use this server, such as redis://localhost:6379; without it, one is
                         started for this run and stopped at its end
        --postgres URL   use this server, such as jdbc:postgresql://localhost/test?user=test;
                         without it, one is started for this run, on Linux
        --logs DIR       where the logs go; default: examples/product-sync/target/product-sync
        --help           print this

      Exit code: 0 if every product is stored once and every count is right, 1 if not, 2 for a
      wrong option.
      """;

  private static final int FEWEST_PAGES = 200;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if an option is not known, lacks its value or cannot be
   */
  static Arguments parse(List<String> args) {
    boolean help = false;
    int speed = 30;
    int products = 200_000;
    int page = 250;
    String redis = null;
    String postgres = null;
    Path logs = null;
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      String option = words.next();
      switch (option) {
        case "--help" -> help = true;
        case "--speed" -> speed = number(option, words, 1, Tempo.FASTEST);
        case "--products" -> products = number(option, words, 5_000, 10_000_000);
        case "--page" -> page = number(option, words, 1, 1_000);
        case "--redis" -> redis = value(option, words);
        case "--postgres" -> postgres = value(option, words);
        case "--logs" -> logs = Path.of(value(option, words)).toAbsolutePath().normalize();
        default -> throw new IllegalArgumentException("unknown option: " + option);
      }
    }
    Catalogue catalogue = new Catalogue(products, page);
    if (catalogue.pages() < FEWEST_PAGES) {
      throw new IllegalArgumentException(
          products
              + " products at "
              + page
              + " a page are "
              + catalogue.pages()
              + " pages; there must be "
              + FEWEST_PAGES
              + " for all of the run to happen");
    }
    return new Arguments(help, catalogue, new Tempo(speed), redis, postgres, logs);
  }

  private static int number(String option, Iterator<String> words, int least, int most) {
    String text = value(option, words);
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        option + " is " + text + "; it must be " + least + " to " + most);
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }
}
