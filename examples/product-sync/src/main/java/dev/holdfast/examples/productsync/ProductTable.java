package dev.holdfast.examples.productsync;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Our copy of the shop's products: a table in PostgreSQL. Safe for use by many threads and
 * processes.
 *
 * <p>{@link #store} may be called again with the same products, by whichever worker: a row is
 * written only if it is new or the product is of a later revision. So a page that is copied twice
 * leaves no trace, and an old page that arrives late undoes nothing. The column {@code writes}
 * counts, so that this can be seen and need not be believed.
 */
final class ProductTable implements AutoCloseable {
  private final HikariDataSource pool;
  private final String table;

  private ProductTable(HikariDataSource pool, String table) {
    this.pool = pool;
    this.table = table;
  }

  /**
   * Opens the table of a run.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param namespace of the run
   * @param connections how many at once
   */
  static ProductTable open(String url, String namespace, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(connections);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    return new ProductTable(new HikariDataSource(config), namespace.replace('-', '_'));
  }

  void create() throws SQLException {
    execute(
        "CREATE TABLE "
            + table
            + " (id bigint PRIMARY KEY, name text NOT NULL, cents bigint NOT NULL,"
            + " revision int NOT NULL, writes int NOT NULL DEFAULT 1)");
  }

  void drop() throws SQLException {
    execute("DROP TABLE " + table);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Stores all of them, or none. */
  void store(List<Product> products) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO "
                  + table
                  + " AS mine (id, name, cents, revision) VALUES (?, ?, ?, ?)"
                  + " ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
                  + " cents = excluded.cents, revision = excluded.revision,"
                  + " writes = mine.writes + 1"
                  + " WHERE mine.revision < excluded.revision")) {
        for (Product product : products) {
          insert.setLong(1, product.id());
          insert.setString(2, product.name());
          insert.setLong(3, product.cents());
          insert.setInt(4, product.revision());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }

  /** How many products there are. */
  long size() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * How the copy stands.
   *
   * @param stored products in it
   * @param writtenAgain those of them that were written more than once
   * @param wrong those of them that are not as the shop has them
   */
  record Audit(long stored, long writtenAgain, long wrong) {}

  /** Compares each row with what the shop has. */
  Audit audit() throws SQLException {
    long stored = 0;
    long writtenAgain = 0;
    long wrong = 0;
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT id, name, cents, revision, writes FROM " + table)) {
      while (row.next()) {
        Product product =
            new Product(row.getLong(1), row.getString(2), row.getLong(3), row.getInt(4));
        stored++;
        writtenAgain += row.getInt(5) > 1 ? 1 : 0;
        wrong += product.equals(Product.of(product.id())) ? 0 : 1;
      }
    }
    return new Audit(stored, writtenAgain, wrong);
  }

  @Override
  public void close() {
    pool.close();
  }
}
