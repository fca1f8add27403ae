package dev.holdfast.testkit.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A primary with replicas, watched by three Sentinels: real processes on the loopback interface,
 * each of which a test may kill, freeze and restart. A primary counts as down after 1 s of silence.
 * None outlives the JVM; see {@link RedisProcess}.
 *
 * <p>Safe for use by several threads.
 */
public final class RedisSentinels implements AutoCloseable {
  /** What the Sentinels call the primary. */
  public static final String NAME = "main";

  private static final int SENTINELS = 3;

  private final List<RedisProcess> servers = new ArrayList<>();
  private final List<RedisProcess> sentinels = new ArrayList<>();

  private RedisSentinels() {}

  /**
   * Starts a primary, one replica and three Sentinels.
   *
   * @return the running servers; close them
   * @throws RedisNotFoundException if there is no {@code redis-server} to start
   * @throws RedisStartException if they did not find each other in time
   */
  public static RedisSentinels start() {
    return start(1, RedisServerOptions.builder().build());
  }

  /**
   * Starts a primary with replicas and three Sentinels, and returns when all replicas follow and
   * all Sentinels know all.
   *
   * @param replicas 0 to 5
   * @param options of each server, without a port and without a data directory; a Sentinel takes
   *     the executable of them only
   * @return the running servers; close them
   * @throws RedisNotFoundException if there is no {@code redis-server} to start
   * @throws RedisStartException if they did not find each other in time
   */
  public static RedisSentinels start(int replicas, RedisServerOptions options) {
    if (replicas < 0 || replicas > 5) {
      throw new IllegalArgumentException("a primary has 0 to 5 replicas here, not " + replicas);
    }
    RedisSentinels all = new RedisSentinels();
    try {
      all.startServers(replicas, options);
      all.startSentinels(replicas, options);
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void startServers(int replicas, RedisServerOptions options) {
    RedisServerOptions.Builder each = options.toBuilder();
    each.config("repl-diskless-sync-delay", "0").config("repl-ping-replica-period", "1");
    if (options.password() != null) {
      each.config("masterauth", options.password());
    }
    servers.add(RedisServer.start(each.build()));
    each.config("replicaof", "127.0.0.1", Integer.toString(servers.get(0).port()));
    for (int i = 0; i < replicas; i++) {
      servers.add(RedisServer.start(each.build()));
    }
    Settling.await(
        "replicas that follow",
        () ->
            servers.stream()
                .skip(1)
                .allMatch(
                    replica -> {
                      try (RespClient client = replica.connect()) {
                        return "up".equals(client.info("replication").get("master_link_status"));
                      }
                    }));
  }

  private void startSentinels(int replicas, RedisServerOptions options) {
    RedisServerOptions.Builder each = RedisServerOptions.builder();
    if (options.executable() != null) {
      each.executable(options.executable());
    }
    each.config(
            "sentinel",
            "monitor",
            NAME,
            "127.0.0.1",
            Integer.toString(servers.get(0).port()),
            Integer.toString(SENTINELS / 2 + 1))
        .config("sentinel", "down-after-milliseconds", NAME, "1000")
        .config("sentinel", "failover-timeout", NAME, "5000");
    if (options.password() != null) {
      each.config("sentinel", "auth-pass", NAME, options.password());
    }
    for (int i = 0; i < SENTINELS; i++) {
      sentinels.add(RedisProcess.startSentinel(each.build()));
    }
    Settling.await(
        "Sentinels that know each other",
        () ->
            sentinels.stream()
                .allMatch(
                    sentinel ->
                        size(sentinel, "REPLICAS") == replicas
                            && size(sentinel, "SENTINELS") == SENTINELS - 1));
  }

  private static int size(RedisProcess sentinel, String what) {
    try (RespClient client = sentinel.connect()) {
      Object answer = client.command("SENTINEL", what, NAME);
      return ((Collection<?>) Objects.requireNonNull(answer)).size();
    }
  }

  /**
   * Gives the address, with all Sentinels.
   *
   * @return {@code redis-sentinel://[:password@]host:port,…#main}; the password is that of the
   *     servers
   */
  public String uri() {
    String login = servers.get(0).uri().replaceFirst("redis://(.*@)?.*", "$1");
    return "redis-sentinel://"
        + login
        + sentinels.stream()
            .map(sentinel -> "127.0.0.1:" + sentinel.port())
            .collect(Collectors.joining(","))
        + "#"
        + NAME;
  }

  /**
   * Gives the servers: first the one that was the primary at the start.
   *
   * @return the processes, unmodifiable
   */
  public List<RedisProcess> servers() {
    return Collections.unmodifiableList(servers);
  }

  /**
   * Gives the Sentinels.
   *
   * @return the processes, unmodifiable
   */
  public List<RedisProcess> sentinels() {
    return Collections.unmodifiableList(sentinels);
  }

  /**
   * Asks the first running Sentinel for the primary.
   *
   * @return the server it names now
   * @throws IllegalStateException if no Sentinel runs, or it names none of these servers
   */
  public RedisProcess primary() {
    int port = namedPort();
    return servers.stream()
        .filter(server -> server.port() == port)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the primary is at unknown port " + port));
  }

  private int namedPort() {
    try (RespClient client = runningSentinel().connect()) {
      Object answer = client.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
      List<?> address = (List<?>) Objects.requireNonNull(answer);
      return Integer.parseInt(String.valueOf(address.get(1)));
    }
  }

  private RedisProcess runningSentinel() {
    return sentinels.stream()
        .filter(RedisProcess::isRunning)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no Sentinel runs"));
  }

  /**
   * Has the Sentinels make a replica the primary, with {@code SENTINEL FAILOVER}, which may lose
   * what the old one acknowledges meanwhile; returns when they name another.
   *
   * @throws RedisStartException if they do not within 30 s
   */
  public void failover() {
    int before = namedPort();
    Settling.await(
        "a Sentinel that starts the failover",
        () -> {
          try (RespClient client = runningSentinel().connect()) {
            return client.text("SENTINEL", "FAILOVER", NAME).equals("OK");
          }
        });
    Settling.await("another primary", () -> namedPort() != before);
  }

  /** Stops all processes and removes their temporary files. Idempotent. */
  @Override
  public void close() {
    sentinels.forEach(RedisProcess::close);
    servers.forEach(RedisProcess::close);
  }

  @Override
  public String toString() {
    return "RedisSentinels" + servers + sentinels;
  }
}
