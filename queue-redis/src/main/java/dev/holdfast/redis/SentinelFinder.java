package dev.holdfast.redis;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the primary through Sentinels, anew for each connection.
 *
 * <p>The Sentinels are asked one after the other, first the one that answered last. What they name
 * is asked for its role: after a {@code FAILOVER} command they name the old primary for some 20 s
 * more, and that one, a replica now, knows whom it follows.
 */
final class SentinelFinder {
  private static final Logger log = LoggerFactory.getLogger(SentinelFinder.class);
  private static final int MOST_HOPS = 3;

  private final Dialer dialer;
  private final String master;
  // The one that answered last comes first. Replaced as a whole; losing an update does no harm.
  private volatile List<Node> sentinels;
  private volatile @Nullable Node last;

  SentinelFinder(Dialer dialer, RedisUri uri) {
    this.dialer = dialer;
    this.master = uri.master();
    this.sentinels = uri.nodes();
  }

  /** Opens a connection to the primary for commands. */
  CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open(String purpose) {
    return primary().thenCompose(node -> follow(node, 0, next -> dialer.open(next, purpose)));
  }

  /** The server that the Sentinels name. */
  CompletableFuture<Node> primary() {
    List<Node> order = sentinels;
    return ask(order, 0);
  }

  private CompletableFuture<Node> ask(List<Node> order, int at) {
    Node sentinel = order.get(at);
    return dialer
        .ask(sentinel, master)
        .thenCompose(node -> named(sentinel, node))
        .exceptionallyCompose(
            error -> {
              Throwable cause = RedisErrors.unwrap(error);
              return at + 1 < order.size()
                  ? ask(order, at + 1)
                  : CompletableFuture.failedFuture(cause);
            });
  }

  private CompletableFuture<Node> named(Node sentinel, @Nullable Node node) {
    if (node == null) {
      return CompletableFuture.failedFuture(
          new EngineRefusedException(
              Problem.UNREACHABLE,
              "the Sentinel at " + sentinel + " knows no primary named " + master,
              null));
    }
    List<Node> order = new ArrayList<>(sentinels);
    if (!order.get(0).equals(sentinel)) {
      order.remove(sentinel);
      order.add(0, sentinel);
      sentinels = List.copyOf(order);
    }
    return CompletableFuture.completedFuture(node);
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> follow(
      Node node,
      int hops,
      Function<Node, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener) {
    return opener
        .apply(node)
        .thenCompose(
            open ->
                open.async()
                    .info("replication")
                    .toCompletableFuture()
                    .thenCompose(
                        info -> {
                          Map<String, String> role = ServerCheck.fields(info);
                          if (!ServerCheck.isReplica(role)) {
                            found(node);
                            return CompletableFuture.completedFuture(open);
                          }
                          var unused = open.closeAsync();
                          return hops < MOST_HOPS
                              ? follow(primaryOf(role, node), hops + 1, opener)
                              : CompletableFuture.failedFuture(
                                  new NotSentException(
                                      "Currently not connected: no primary yet, "
                                          + node
                                          + " is a replica",
                                      null));
                        })
                    .whenComplete(
                        (kept, error) -> {
                          if (error != null) {
                            var unused = open.closeAsync();
                          }
                        }));
  }

  private static Node primaryOf(Map<String, String> role, Node replica) {
    return new Node(
        role.getOrDefault("master_host", replica.host()),
        Integer.parseInt(role.getOrDefault("master_port", Integer.toString(replica.port()))));
  }

  private void found(Node node) {
    if (!node.equals(last)) {
      log.info("Sentinel's primary {} is at {}", master, node);
      last = node;
    }
  }

  /** The primary last connected to, for messages; what the Sentinels are called before. */
  String lastPrimary() {
    Node known = last;
    return known == null ? "of " + master : known.toString();
  }
}
