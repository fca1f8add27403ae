package dev.holdfast.examples.orderflow;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The connections of a process to PostgreSQL, in a schema of the run's own. */
final class Database implements AutoCloseable {
  private final HikariDataSource pool;
  private final String schema;

  private Database(HikariDataSource pool, String schema) {
    this.pool = pool;
    this.schema = schema;
  }

  /**
   * Opens the schema of a run.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param namespace of the run
   * @param connections how many at once
   */
  static Database open(String url, String namespace, int connections) {
    String schema = namespace.replace('-', '_');
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setSchema(schema);
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(1);
    return new Database(new HikariDataSource(config), schema);
  }

  /** A connection, each statement a transaction of its own; to be closed. */
  Connection connection() throws SQLException {
    return pool.getConnection();
  }

  void create() throws SQLException {
    execute("CREATE SCHEMA " + schema);
    execute("CREATE TABLE article (name text PRIMARY KEY, cents bigint NOT NULL, stock int)");
    execute("CREATE TABLE effect (key text PRIMARY KEY, calls int NOT NULL)");
    execute("CREATE TABLE kill (point text PRIMARY KEY, fate text NOT NULL, worker text)");
  }

  void drop() throws SQLException {
    execute("DROP SCHEMA " + schema + " CASCADE");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
