package dev.holdfast.examples.trialexpiration;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * The accounts of users, a table in PostgreSQL. Safe for use by many threads and processes.
 *
 * <p>{@link #change} may be called again with the same key, by whichever worker: the key is written
 * in the transaction of the change, so that the second call finds it and changes nothing. The
 * columns {@code changes} and {@code calls} count, so that this can be seen and need not be
 * believed.
 */
final class Accounts {
  static final String TRIAL = "trial";
  static final String FREE = "free";
  static final String PRO = "pro";

  private final Database database;

  Accounts(Database database) {
    this.database = database;
  }

  /** Opens an account with a trial. */
  void open(String user) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO account (user_id, plan, changes) VALUES (?, ?, 0)")) {
      insert.setString(1, user);
      insert.setString(2, TRIAL);
      insert.executeUpdate();
    }
  }

  boolean isPaid(String user) throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement select =
            connection.prepareStatement("SELECT plan FROM account WHERE user_id = ?")) {
      select.setString(1, user);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && PRO.equals(row.getString(1));
      }
    }
  }

  /** Changes a plan, once for each key. */
  void change(String user, String plan, String idempotencyKey) throws SQLException {
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      if (isFirst(connection, idempotencyKey)) {
        try (PreparedStatement update =
            connection.prepareStatement(
                "UPDATE account SET plan = ?, changes = changes + 1 WHERE user_id = ?")) {
          update.setString(1, plan);
          update.setString(2, user);
          update.executeUpdate();
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

  /**
   * How an account stands.
   *
   * @param changes how often its plan was changed
   */
  record Account(String plan, int changes) {}

  /** All accounts, by user. */
  Map<String, Account> all() throws SQLException {
    Map<String, Account> all = new HashMap<>();
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT user_id, plan, changes FROM account")) {
      while (row.next()) {
        all.put(row.getString(1), new Account(row.getString(2), row.getInt(3)));
      }
    }
    return all;
  }

  /** How many calls of {@link #change} changed nothing, for their key was there. */
  long repeats() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(sum(calls - 1), 0) FROM effect")) {
      row.next();
      return row.getLong(1);
    }
  }
}
