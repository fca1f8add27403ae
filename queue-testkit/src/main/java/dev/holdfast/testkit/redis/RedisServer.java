package dev.holdfast.testkit.redis;

/**
 * A real Redis for tests and for trying.
 *
 * <p>{@link #shared()} gives the one server of this JVM: use it for everything that can live beside
 * other tests, with a fresh queue name for each. {@link #start(RedisServerOptions)} gives a private
 * one that a test may kill, freeze and restart.
 *
 * <p>No server started here outlives its JVM, not even one that is killed with SIGKILL; see {@link
 * RedisProcess}. All methods are safe for use by several threads.
 */
public sealed interface RedisServer extends AutoCloseable permits RedisProcess, FoundRedis {
  /**
   * The system property that names the Redis to use: {@value}. It wins over {@value #URL_VARIABLE}.
   */
  String URL_PROPERTY = "holdfast.test.redis";

  /** The environment variable that names the Redis to use: {@value}. */
  String URL_VARIABLE = "HOLDFAST_TEST_REDIS";

  /**
   * Gives the one Redis of this JVM, looking for it at the first call.
   *
   * <p>The first that works is used: the URL in {@value #URL_PROPERTY} or {@value #URL_VARIABLE};
   * Docker through Testcontainers, if that is on the class path and an engine answers; {@code
   * redis-server} on the {@code PATH}, 6.2 or later; the binary packed in {@code
   * org.signal:embedded-redis}. A URL that is set but does not answer ends the search: tests that
   * quietly ran against another server than the one named would prove nothing.
   *
   * <p>A server that is started here persists nothing, listens on the loopback interface only (a
   * container: on a port of its host) and never evicts. It runs until the JVM exits; {@link
   * #close()} on it does nothing, because other tests use it too. The outcome of the search is
   * kept, also if it failed.
   *
   * @return the shared server, the same at each call
   * @throws RedisNotFoundException if no source gives a Redis; tells each one's reason
   */
  static RedisServer shared() {
    return RedisSearch.shared();
  }

  /**
   * Starts a private server with the default settings: a free port, no persistence, no password.
   *
   * @return the running server; close it
   * @throws RedisNotFoundException if there is neither a {@code redis-server} on the {@code PATH}
   *     nor a packed binary
   * @throws RedisStartException if it did not answer in time
   */
  static RedisProcess start() {
    return start(RedisServerOptions.builder().build());
  }

  /**
   * Starts a private server as a process of this machine, and returns when it answers.
   *
   * @param options the settings
   * @return the running server; close it
   * @throws RedisNotFoundException if there is neither a {@code redis-server} on the {@code PATH}
   *     nor a packed binary
   * @throws RedisStartException if it did not answer in time; carries the last lines it printed
   */
  static RedisProcess start(RedisServerOptions options) {
    return RedisProcess.start(RedisSearch.executableFor(options), options);
  }

  /**
   * Gives the address, with the password if there is one.
   *
   * @return {@code redis://[user:password@]host:port[/database]}; the parts of the password are
   *     percent-encoded
   */
  String uri();

  /**
   * Says where the server came from, for logs. Holds no password.
   *
   * @return source, location and version
   */
  RedisOrigin origin();

  /**
   * Opens a small client that needs no library, with its default timeout.
   *
   * @return a connection, logged in; close it
   * @throws java.io.UncheckedIOException if the server does not answer
   * @throws RespException if the server refuses the login
   */
  default RespClient connect() {
    return RespClient.connect(uri());
  }

  /**
   * Stops a private server and removes its temporary files; does nothing to the shared one.
   * Idempotent.
   */
  @Override
  void close();
}
