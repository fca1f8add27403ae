package dev.holdfast.redis;

import dev.holdfast.redis.RedisErrors.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line to each node of a Cluster. A script goes to the node of its first key; a node that has the
 * slot no more names another, which is followed five times at most. A refused script has not run,
 * so that following repeats nothing.
 */
final class ClusterLines implements RedisCalls, AutoCloseable {
  private static final int MOST_REDIRECTS = 5;
  private static final Pattern REDIRECT = Pattern.compile("(MOVED|ASK) (\\d+) (\\S*):(\\d+)");

  private final Function<Node, RedisLine> maker;
  private final ClusterMap map;
  private final Map<Node, RedisLine> lines = new ConcurrentHashMap<>();
  private volatile boolean closed;

  ClusterLines(ClusterMap map, Function<Node, RedisLine> maker) {
    this.map = map;
    this.maker = maker;
  }

  /** Where a redirected command should go. */
  record Redirect(boolean moved, int slot, Node node) {
    /** Reads an answer; null if it is no redirect. An empty host is the one that answered. */
    static @Nullable Redirect of(Throwable error, Node answering) {
      Throwable cause = RedisErrors.unwrap(error);
      if (!(cause instanceof RedisCommandExecutionException) || cause.getMessage() == null) {
        return null;
      }
      Matcher text = REDIRECT.matcher(cause.getMessage());
      if (!text.matches()) {
        return null;
      }
      String host = text.group(3).isEmpty() ? answering.host() : text.group(3);
      return new Redirect(
          text.group(1).equals("MOVED"),
          Integer.parseInt(text.group(2)),
          new Node(host, Integer.parseInt(text.group(4))));
    }
  }

  /** The line to a node. */
  RedisLine line(Node node) {
    RedisLine line = lines.computeIfAbsent(node, maker);
    if (closed) {
      // Made after close() looked for lines: nobody else would close it.
      line.close();
    }
    return line;
  }

  /** Closes the lines to nodes that are gone. */
  void keep(Set<Node> nodes) {
    lines
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !nodes.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
  }

  @Override
  public CompletableFuture<List<Object>> call(
      Script script, byte[][] keys, Args args, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    int slot = SlotHash.getSlot(keys[0]);
    return map.owner(slot)
        .thenCompose(node -> send(node, false, script, keys, args, deadline, 0))
        .whenComplete(
            (reply, error) -> {
              if (error != null && isTrouble(error)) {
                map.trouble();
              }
            });
  }

  private CompletableFuture<List<Object>> send(
      Node node, boolean asking, Script script, byte[][] keys, Args args, long by, int hops) {
    Duration left = Duration.ofNanos(by - System.nanoTime());
    if (left.toMillis() <= 0) {
      return CompletableFuture.failedFuture(
          new NotSentException("Currently not connected: no node was found in time", null));
    }
    CompletableFuture<List<Object>> reply =
        asking
            ? line(node).with(left, open -> ask(open, script, keys, args))
            : line(node).call(script, keys, args, left);
    return reply.exceptionallyCompose(
        error -> {
          Redirect to = Redirect.of(error, node);
          if (to == null || hops == MOST_REDIRECTS) {
            return CompletableFuture.failedFuture(error);
          }
          if (to.moved()) {
            map.moved(to.slot(), to.node());
          }
          return send(to.node(), !to.moved(), script, keys, args, by, hops + 1);
        });
  }

  /** ASKING holds for the one command behind it, so both are written as one. */
  private static CompletableFuture<List<Object>> ask(
      StatefulRedisConnection<byte[], byte[]> open, Script script, byte[][] keys, Args args) {
    ByteArrayCodec codec = ByteArrayCodec.INSTANCE;
    AsyncCommand<byte[], byte[], String> asking =
        new AsyncCommand<>(new Command<>(CommandType.ASKING, new StatusOutput<>(codec)));
    AsyncCommand<byte[], byte[], List<Object>> call = args.eval(script, keys);
    var unused = open.dispatch(List.of(asking, call));
    return call.toCompletableFuture().thenApply(reply -> FirstWords.check(script, reply));
  }

  private static boolean isTrouble(Throwable error) {
    Kind kind = RedisErrors.kindOf(error);
    return kind == Kind.NOT_SENT
        || kind == Kind.UNKNOWN
        || kind == Kind.REFUSED_FOR_NOW
        || kind == Kind.READ_ONLY;
  }

  /**
   * Closes all lines.
   *
   * @return completed when they are closed
   */
  CompletableFuture<Void> end() {
    closed = true;
    return CompletableFuture.allOf(
        lines.values().stream().map(RedisLine::end).toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public void close() {
    var unused = end();
  }
}
