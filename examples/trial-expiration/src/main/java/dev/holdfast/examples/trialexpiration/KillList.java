package dev.holdfast.examples.trialexpiration;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Which kill points have been reached: a table, for all workers together. */
final class KillList {
  private final Database database;

  KillList(Database database) {
    this.database = database;
  }

  void add(List<KillPoint> points) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO kill (point) VALUES (?)")) {
      for (KillPoint point : points) {
        insert.setString(1, point.text());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Takes a point for a worker; false if it is none, or one was there before. */
  boolean take(KillPoint point, String worker) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE kill SET worker = ? WHERE point = ? AND worker IS NULL")) {
      update.setString(1, worker);
      update.setString(2, point.text());
      return update.executeUpdate() == 1;
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
