package dev.holdfast.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The orders of a CSV file. A row that cannot be read is set aside with its line and the reason;
 * the others count.
 *
 * @param valid the orders, in the order of the file
 * @param rejected the rows set aside
 */
record Orders(List<Order> valid, List<Rejected> rejected) {
  private static final String BUNDLED = "orders.csv";
  private static final int COLUMNS = 11;
  private static final Pattern ITEM = Pattern.compile("(\\d{1,4}) x (.+) @ (\\d+\\.\\d\\d)");

  /**
   * A row that is no order.
   *
   * @param line its line in the file, from 1
   * @param reason what is wrong with it
   */
  record Rejected(int line, String reason) {}

  Orders {
    valid = List.copyOf(valid);
    rejected = List.copyOf(rejected);
  }

  /** Reads the file that comes with this example. */
  static Orders bundled() throws IOException {
    try (InputStream file = Orders.class.getResourceAsStream(BUNDLED)) {
      Objects.requireNonNull(file, BUNDLED + " is not on the class path");
      return read(new InputStreamReader(file, StandardCharsets.UTF_8));
    }
  }

  /** Reads orders; the first line holds the names of the columns. */
  static Orders read(Reader csv) throws IOException {
    List<Order> valid = new ArrayList<>();
    List<Rejected> rejected = new ArrayList<>();
    BufferedReader lines = new BufferedReader(csv);
    lines.readLine();
    int number = 1;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      try {
        valid.add(order(cells(line)));
      } catch (IllegalArgumentException e) {
        rejected.add(new Rejected(number, String.valueOf(e.getMessage())));
      }
    }
    return new Orders(valid, rejected);
  }

  private static Order order(List<String> cells) {
    if (cells.size() != COLUMNS) {
      throw new IllegalArgumentException(cells.size() + " cells instead of " + COLUMNS);
    }
    List<Order.Item> items = new ArrayList<>();
    for (String item : cells.get(8).split("; ", -1)) {
      items.add(item(item));
    }
    BigDecimal net = amount("net", cells.get(9));
    BigDecimal sum =
        items.stream().map(Order.Item::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    if (sum.compareTo(net) != 0) {
      throw new IllegalArgumentException("net is " + net + ", but the items add up to " + sum);
    }
    return new Order(
        text("number", cells.get(0)),
        date(cells.get(1)),
        text("customer", cells.get(2)),
        text("email", cells.get(3)),
        text("street", cells.get(4)),
        text("city", cells.get(5)),
        text("country", cells.get(6)),
        text("currency", cells.get(7)),
        items,
        net,
        amount("vat", cells.get(10)));
  }

  private static Order.Item item(String cell) {
    Matcher parts = ITEM.matcher(cell);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "item \"" + cell + "\" is not of the form 2 x Desk lamp @ 89.50");
    }
    return new Order.Item(
        Integer.parseInt(parts.group(1)), parts.group(2), new BigDecimal(parts.group(3)));
  }

  private static String text(String column, String cell) {
    if (cell.isBlank()) {
      throw new IllegalArgumentException(column + " is empty");
    }
    return cell;
  }

  private static String date(String cell) {
    try {
      return LocalDate.parse(cell).toString();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("date is \"" + cell + "\", not of the form 2026-10-05", e);
    }
  }

  private static BigDecimal amount(String column, String cell) {
    try {
      return new BigDecimal(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(column + " is \"" + cell + "\", which is no number", e);
    }
  }

  /** Splits a line at its commas. Text between quotes may hold commas; two quotes there are one. */
  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quote is not closed");
    }
    cells.add(cell.toString());
    return cells;
  }
}
