package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.PlaceOrder.Line;
import dev.holdfast.job.NonRetriableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shop's articles, a table in PostgreSQL. Safe for use by many threads and processes.
 *
 * <p>{@link #take} may be called again with the same key, by whichever worker: the key is written
 * in the transaction of the change, so that the second call finds it and takes nothing.
 */
final class Warehouse {
  /** What is there of each article at first. */
  static final int STOCK = 100;

  static final Map<String, Long> PRICES = Map.of("teapot", 2_490L, "cup", 790L, "saucer", 390L);

  private final Database database;

  Warehouse(Database database) {
    this.database = database;
  }

  void fill() throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO article (name, cents, stock) VALUES (?, ?, ?)")) {
      for (Map.Entry<String, Long> article : PRICES.entrySet()) {
        insert.setString(1, article.getKey());
        insert.setLong(2, article.getValue());
        insert.setInt(3, STOCK);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * What it costs, in cents.
   *
   * @throws NonRetriableException if there is no such article
   */
  long priceOf(List<Line> lines) throws SQLException {
    long sum = 0;
    try (Connection connection = database.connection();
        PreparedStatement select =
            connection.prepareStatement("SELECT cents FROM article WHERE name = ?")) {
      for (Line line : lines) {
        select.setString(1, line.article());
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            throw new NonRetriableException("there is no article \"" + line.article() + "\"");
          }
          sum += row.getLong(1) * line.quantity();
        }
      }
    }
    return sum;
  }

  /** Takes articles from the stock, once for each key. */
  void take(List<Line> lines, String idempotencyKey) throws SQLException {
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      if (isFirst(connection, idempotencyKey)) {
        try (PreparedStatement update =
            connection.prepareStatement("UPDATE article SET stock = stock - ? WHERE name = ?")) {
          // In one order for all: else two orders may wait for each other.
          for (Line line :
              lines.stream().sorted((a, b) -> a.article().compareTo(b.article())).toList()) {
            update.setInt(1, line.quantity());
            update.setString(2, line.article());
            update.addBatch();
          }
          update.executeBatch();
        }
      }
      connection.commit();
    }
  }

  /** Whether the key is new. A second transaction with it waits here until the first has ended. */
  private static boolean isFirst(Connection connection, String key) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO effect AS mine (key, calls) VALUES (?, 1)"
                + " ON CONFLICT (key) DO UPDATE SET calls = mine.calls + 1 RETURNING calls")) {
      insert.setString(1, key);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getInt(1) == 1;
      }
    }
  }

  /** What is there, by article. */
  Map<String, Integer> stock() throws SQLException {
    Map<String, Integer> stock = new HashMap<>();
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT name, stock FROM article")) {
      while (row.next()) {
        stock.put(row.getString(1), row.getInt(2));
      }
    }
    return stock;
  }

  /** How many calls of {@link #take} took nothing, for their key was there. */
  long repeats() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(sum(calls - 1), 0) FROM effect")) {
      row.next();
      return row.getLong(1);
    }
  }
}
