package dev.holdfast.testkit.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster of real processes on the loopback interface, each of which a test may kill,
 * freeze and restart. Nodes count as failed after 1 s of silence. None outlives the JVM; see {@link
 * RedisProcess}.
 *
 * <p>Safe for use by several threads.
 */
public final class RedisCluster implements AutoCloseable {
  private static final int SLOTS = 16_384;

  private final List<RedisProcess> nodes;
  private final int primaries;

  private RedisCluster(List<RedisProcess> nodes, int primaries) {
    this.nodes = Collections.unmodifiableList(nodes);
    this.primaries = primaries;
  }

  /**
   * Starts three primaries without replicas.
   *
   * @return the running cluster; close it
   * @throws RedisNotFoundException if there is no {@code redis-server} to start
   * @throws RedisStartException if it did not form in time
   */
  public static RedisCluster start() {
    return start(3, 0);
  }

  /**
   * Starts a cluster with the default settings of a server.
   *
   * @param primaries 1 to 100; the slots are shared out evenly
   * @param replicas of each primary, 0 to 5
   * @return the running cluster; close it
   * @throws RedisNotFoundException if there is no {@code redis-server} to start
   * @throws RedisStartException if it did not form in time
   */
  public static RedisCluster start(int primaries, int replicas) {
    return start(primaries, replicas, RedisServerOptions.builder().build());
  }

  /**
   * Starts a cluster, and returns when all nodes agree on it and all replicas follow.
   *
   * @param primaries 1 to 100; the slots are shared out evenly
   * @param replicas of each primary, 0 to 5
   * @param options of each node; no port and no data directory
   * @return the running cluster; close it
   * @throws RedisNotFoundException if there is no {@code redis-server} to start
   * @throws RedisStartException if it did not form in time
   */
  public static RedisCluster start(int primaries, int replicas, RedisServerOptions options) {
    if (primaries < 1 || primaries > 100 || replicas < 0 || replicas > 5) {
      throw new IllegalArgumentException(
          "a cluster has 1 to 100 primaries with 0 to 5 replicas each, not "
              + primaries
              + " with "
              + replicas);
    }
    RedisServerOptions.Builder each = options.toBuilder();
    each.config("cluster-enabled", "yes")
        .config("cluster-config-file", "nodes.conf")
        .config("cluster-node-timeout", "1000")
        .config("repl-diskless-sync-delay", "0")
        .config("repl-ping-replica-period", "1");
    List<RedisProcess> nodes = new ArrayList<>();
    RedisCluster cluster = new RedisCluster(nodes, primaries);
    try {
      for (int i = 0; i < primaries * (1 + replicas); i++) {
        nodes.add(RedisServer.start(each.build()));
      }
      cluster.form();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void form() {
    for (int i = 0; i < nodes.size(); i++) {
      try (RespClient node = nodes.get(i).connect()) {
        node.command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        if (i < primaries) {
          node.command(slots(i));
        }
        if (i > 0) {
          node.command("CLUSTER", "MEET", "127.0.0.1", Integer.toString(nodes.get(0).port()));
        }
      }
    }
    Settling.await("the cluster's nodes know each other", this::allKnown);
    for (int i = primaries; i < nodes.size(); i++) {
      String primary = text(nodes.get(i % primaries), "CLUSTER", "MYID");
      RedisProcess replica = nodes.get(i);
      Settling.await(
          "a replica of " + primary,
          () -> text(replica, "CLUSTER", "REPLICATE", primary).equals("OK"));
    }
    Settling.await(
        "a sound cluster",
        () ->
            nodes.stream()
                .allMatch(
                    node ->
                        text(node, "CLUSTER", "INFO").contains("cluster_state:ok")
                            && slotsSeenBy(node) == primaries
                            && text(node, "CLUSTER", "NODES")
                                    .lines()
                                    .filter(this::isReplica)
                                    .count()
                                == nodes.size() - primaries
                            && isLinked(node)));
  }

  /** Not {@code ADDSLOTSRANGE}, which 6.2 does not have. */
  private String[] slots(int primary) {
    List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
    for (int s = primary * SLOTS / primaries; s < (primary + 1) * SLOTS / primaries; s++) {
      command.add(Integer.toString(s));
    }
    return command.toArray(new String[0]);
  }

  private boolean allKnown() {
    return nodes.stream()
        .allMatch(
            node -> {
              String known = text(node, "CLUSTER", "NODES");
              return known.lines().count() == nodes.size() && !known.contains("handshake");
            });
  }

  private boolean isReplica(String line) {
    return line.contains("slave");
  }

  private static int slotsSeenBy(RedisProcess node) {
    try (RespClient client = node.connect()) {
      return ((Collection<?>) Objects.requireNonNull(client.command("CLUSTER", "SLOTS"))).size();
    }
  }

  private static boolean isLinked(RedisProcess node) {
    try (RespClient client = node.connect()) {
      return client.info("replication").getOrDefault("master_link_status", "up").equals("up");
    }
  }

  private static String text(RedisProcess node, String... command) {
    try (RespClient client = node.connect()) {
      return client.text(command);
    }
  }

  /**
   * Gives an address with all nodes.
   *
   * @return {@code redis-cluster://[:password@]host:port,…}
   */
  public String uri() {
    String first = nodes.get(0).uri();
    String rest =
        nodes.stream()
            .skip(1)
            .map(node -> ",127.0.0.1:" + node.port())
            .collect(Collectors.joining());
    return first.replaceFirst("redis://", "redis-cluster://") + rest;
  }

  /**
   * Gives all nodes: first those that were primaries at the start, then those that were replicas.
   *
   * @return the processes, unmodifiable
   */
  public List<RedisProcess> nodes() {
    return nodes;
  }

  /**
   * Finds the primary that has a key's slot now, as most of the running nodes see it.
   *
   * @param key any key; a part in braces decides
   * @return the process
   * @throws RedisStartException if none has it for 30 s
   */
  public RedisProcess primaryOf(String key) {
    @Nullable RedisProcess[] found = new RedisProcess[1];
    Settling.await(
        "a primary for key " + key,
        () -> {
          for (RedisProcess node : nodes) {
            if (node.isRunning() && serves(node, key)) {
              found[0] = node;
              return true;
            }
          }
          return false;
        });
    return Objects.requireNonNull(found[0]);
  }

  /** Whether a node is a primary that takes commands for a key. */
  private static boolean serves(RedisProcess node, String key) {
    try (RespClient client = node.connect()) {
      if (!client.info("replication").getOrDefault("role", "").equals("master")) {
        return false;
      }
      client.command("EXISTS", key);
      return true;
    } catch (RespException movedOrDown) {
      return false;
    }
  }

  /**
   * Finds a replica of a primary.
   *
   * @param primary a node that is a primary now
   * @return a running node that follows it
   * @throws IllegalStateException if none does
   */
  public RedisProcess replicaOf(RedisProcess primary) {
    String port = Integer.toString(primary.port());
    for (RedisProcess node : nodes) {
      if (node.isRunning() && node != primary) {
        try (RespClient client = node.connect()) {
          if (port.equals(client.info("replication").get("master_port"))) {
            return node;
          }
        }
      }
    }
    throw new IllegalStateException("no node follows " + primary);
  }

  /**
   * Makes a replica the primary of its slots with {@code CLUSTER FAILOVER}, which loses nothing,
   * and returns when it is.
   *
   * @param replica a node that is a replica now
   * @throws RedisStartException if it is not within 30 s
   */
  public void failover(RedisProcess replica) {
    text(replica, "CLUSTER", "FAILOVER");
    Settling.await(
        "the failover to " + replica,
        () -> {
          try (RespClient client = replica.connect()) {
            return client.info("replication").getOrDefault("role", "").equals("master");
          }
        });
  }

  /** Stops all nodes and removes their temporary files. Idempotent. */
  @Override
  public void close() {
    nodes.forEach(RedisProcess::close);
  }

  @Override
  public String toString() {
    return "RedisCluster" + nodes;
  }
}
