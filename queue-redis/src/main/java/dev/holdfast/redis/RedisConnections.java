package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import dev.holdfast.redis.RedisErrors.Kind;
import dev.holdfast.redis.RedisUri.Topology;
import dev.holdfast.spi.Bells;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every connection of an engine: to the server, or to each node of a Cluster, one for commands and
 * one for extensions of leases (which must not wait behind a 256 KiB payload); one for hints; and
 * for each worker one that blocks, in a Cluster one a queue.
 */
final class RedisConnections implements AutoCloseable {
  private static final long CLOSE_MILLIS = 1_000;

  private static final Set<Kind> NOTHING_HAPPENED =
      EnumSet.of(Kind.REFUSED_FOR_NOW, Kind.READ_ONLY, Kind.NOT_SENT);

  private final RedisOptions options;
  private final Dialer dialer;
  private final RedisCalls commands;
  private final RedisCalls patient;
  private final RedisCalls leases;
  private final @Nullable Single single;
  private final @Nullable Cluster cluster;

  /** One server, which may be another after a failover. */
  private record Single(
      Function<String, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener,
      @Nullable SentinelFinder finder,
      RedisLine commands,
      RedisLine leases) {}

  private record Cluster(ClusterMap map, ClusterLines commands, ClusterLines leases) {
    CompletableFuture<Void> end() {
      return CompletableFuture.allOf(commands.end(), leases.end());
    }
  }

  RedisConnections(RedisOptions options) {
    this(options, null);
  }

  /**
   * Prepares the connections; {@link #open} or the first use opens them.
   *
   * @param lettuce a client whose resources and TLS settings are used, too
   */
  RedisConnections(RedisOptions options, @Nullable AbstractRedisClient lettuce) {
    this.options = options;
    this.dialer = new Dialer(options, lettuce);
    if (options.uri().topology() == Topology.CLUSTER) {
      Cluster many = cluster();
      this.commands = many.commands();
      this.leases = many.leases();
      this.cluster = many;
      this.single = null;
    } else {
      Single one = single();
      this.commands = one.commands();
      this.leases = one.leases();
      this.single = one;
      this.cluster = null;
    }
    this.patient = new Patience(commands, NOTHING_HAPPENED);
  }

  private Single single() {
    Node server = options.uri().nodes().get(0);
    SentinelFinder finder =
        options.uri().topology() == Topology.SENTINEL
            ? new SentinelFinder(dialer, options.uri())
            : null;
    Function<String, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener =
        finder != null ? finder::open : purpose -> dialer.open(server, purpose);
    return new Single(
        opener, finder, line(() -> opener.apply("commands")), line(() -> opener.apply("leases")));
  }

  private Cluster cluster() {
    // The map asks through the lines, and the lines look into the map.
    ClusterLines[] lines = new ClusterLines[2];
    ClusterMap map =
        new ClusterMap(
            options.uri().nodes(),
            node ->
                lines[0]
                    .line(node)
                    .with(
                        options.connectTimeout(),
                        open -> open.async().clusterSlots().toCompletableFuture()),
            nodes -> {
              lines[0].keep(nodes);
              lines[1].keep(nodes);
            });
    lines[0] = new ClusterLines(map, node -> line(() -> dialer.open(node, "commands")));
    lines[1] = new ClusterLines(map, node -> line(() -> dialer.open(node, "leases")));
    return new Cluster(map, lines[0], lines[1]);
  }

  private RedisLine line(
      Supplier<CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener) {
    return new RedisLine(
        opener, options.reconnectCap(), options.commandTimeout(), options.requestQueueSize());
  }

  /**
   * Opens the connections for commands.
   *
   * @return each server that takes writes: its address, and the line to it
   * @throws EngineRefusedException if there is none, or it refuses the user
   */
  Map<String, RedisLine> open() {
    Duration most = options.connectTimeout().multipliedBy(2).plusSeconds(1);
    Map<String, RedisLine> servers = new LinkedHashMap<>();
    try {
      if (single != null) {
        single.commands().open(most);
        servers.put(serverAddress(), single.commands());
      } else {
        Cluster many = Objects.requireNonNull(cluster);
        many.map().read(true).get(most.toMillis(), TimeUnit.MILLISECONDS);
        many.map()
            .primaries()
            .forEach(node -> servers.put(node.toString(), many.commands().line(node)));
      }
      return servers;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal(address(), e);
    } catch (ExecutionException | TimeoutException e) {
      throw refusal(address(), e);
    }
  }

  /** Calls of scripts, each sent once. */
  RedisCalls commands() {
    return commands;
  }

  /** Calls of scripts, sent again while nothing has happened and there is time. */
  RedisCalls patientCommands() {
    return patient;
  }

  /** Calls that make leases longer, on connections of their own. */
  RedisCalls leases() {
    return leases;
  }

  /** Opens a connection that hears what is published; it does not reconnect. */
  CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> openHints() {
    if (cluster != null) {
      // Every node hears what is published on any.
      return cluster.map().anyPrimary().thenCompose(node -> dialer.openPubSub(node, "hints"));
    }
    Single one = Objects.requireNonNull(single);
    return one.finder() == null
        ? dialer.openPubSub(options.uri().nodes().get(0), "hints")
        : one.finder().primary().thenCompose(node -> dialer.openPubSub(node, "hints"));
  }

  /** A worker's way to wait on bells. */
  Bells openBells(Shared shared, String worker) {
    String purpose = "bells:" + worker;
    if (cluster != null) {
      return new ClusterBells(shared, cluster.map(), node -> dialer.open(node, purpose));
    }
    Single one = Objects.requireNonNull(single);
    return new RedisBells(shared, one.commands(), () -> one.opener().apply(purpose));
  }

  /** Hosts and ports of the URI, without user or password. */
  String address() {
    return options.uri().address();
  }

  private String serverAddress() {
    SentinelFinder finder = single == null ? null : single.finder();
    return finder == null ? address() : finder.lastPrimary();
  }

  /** The exception for an engine that cannot be opened. */
  EngineRefusedException refusal(String address, Throwable error) {
    Throwable cause = RedisErrors.unwrap(error);
    @Nullable String denial = null;
    StringBuilder chain = new StringBuilder();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof EngineRefusedException known) {
        return known;
      }
      String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
      chain.append(chain.isEmpty() ? "" : ": ").append(message);
      String upper = message.toUpperCase(Locale.ROOT);
      if (upper.contains("CLUSTER SUPPORT DISABLED")) {
        return new EngineRefusedException(
            Problem.WRONG_TOPOLOGY,
            "Redis at " + address + " is no node of a Cluster; use redis://" + address,
            null);
      } else if (upper.contains("UNKNOWN COMMAND 'SENTINEL'")
          || upper.contains("UNKNOWN COMMAND `SENTINEL`")) {
        return new EngineRefusedException(
            Problem.WRONG_TOPOLOGY,
            "Redis at " + address + " is no Sentinel; use redis://" + address,
            null);
      }
      if (upper.startsWith("WRONGPASS")
          || upper.startsWith("NOAUTH")
          || upper.startsWith("NOPERM")
          || upper.startsWith("ERR AUTH")
          || upper.contains("INVALID PASSWORD")) {
        denial = message;
      }
    }
    if (denial != null) {
      return new EngineRefusedException(
          Problem.ACCESS_DENIED,
          "Redis at " + address + " refuses the user or password: " + denial,
          null);
    }
    return new EngineRefusedException(
        Problem.UNREACHABLE,
        "Redis at " + address + " cannot be reached; check host, port and firewall (" + chain + ")",
        cause);
  }

  @Override
  public void close() {
    CompletableFuture<Void> closed =
        single != null
            ? CompletableFuture.allOf(single.commands().end(), single.leases().end())
            : Objects.requireNonNull(cluster).end();
    // The dialer closes what is still open, and warns of what is being closed.
    closed
        .exceptionally(failed -> null)
        .completeOnTimeout(null, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .join();
    dialer.close();
  }
}
