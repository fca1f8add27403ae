package dev.holdfast.examples.orderflow;

import dev.holdfast.examples.orderflow.KillPoint.Fate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** Which kill points have been reached: a table, for all workers together. */
final class KillList {
  private final Database database;

  KillList(Database database) {
    this.database = database;
  }

  void add(List<KillPoint> points) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO kill (point, fate) VALUES (?, ?)")) {
      for (KillPoint point : points) {
        insert.setString(1, point.text());
        insert.setString(2, point.fate().name());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * Takes a place for a worker.
   *
   * @param point its text
   * @return what is to happen; empty if it is no kill point, or one was there before
   */
  Optional<Fate> take(String point, String worker) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE kill SET worker = ? WHERE point = ? AND worker IS NULL RETURNING fate")) {
      update.setString(1, worker);
      update.setString(2, point);
      try (ResultSet row = update.executeQuery()) {
        return row.next() ? Optional.of(Fate.valueOf(row.getString(1))) : Optional.empty();
      }
    }
  }

  /** How many were reached. */
  int reached() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(worker) FROM kill")) {
      row.next();
      return row.getInt(1);
    }
  }
}
