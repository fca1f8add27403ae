package dev.holdfast.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which primary of a Cluster has which slot, as far as is known. A wrong entry costs one redirected
 * call, which corrects it; the whole is read again after a redirect, after trouble with a node
 * (twice a second at most), and every 15 s while calls are made.
 */
final class ClusterMap {
  static final int SLOTS = 16_384;
  private static final long PERIOD = Duration.ofSeconds(15).toNanos();
  private static final long LEAST = Duration.ofMillis(500).toNanos();

  /** How many nodes are asked at once: one that is silent delays nobody. */
  private static final int ASKED = 3;

  private final List<Node> seeds;
  private final Function<Node, CompletableFuture<List<Object>>> ask;
  private final Consumer<Set<Node>> onNodes;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: the reading on its way, when the last one began.
  private @Nullable CompletableFuture<Void> reading;
  private long readAt;
  // Replaced as a whole under the lock, except for single slots; read by any thread.
  private volatile Node @Nullable [] owners;
  private volatile Set<Node> nodes;

  /**
   * Makes an empty map.
   *
   * @param ask sends {@code CLUSTER SLOTS} to a node
   * @param onNodes told which nodes there are, after each reading
   */
  ClusterMap(
      List<Node> seeds,
      Function<Node, CompletableFuture<List<Object>>> ask,
      Consumer<Set<Node>> onNodes) {
    this.seeds = seeds;
    this.ask = ask;
    this.onNodes = onNodes;
    this.nodes = new LinkedHashSet<>(seeds);
  }

  /** The primary that has a slot; fails with {@link NotSentException} if none is known. */
  CompletableFuture<Node> owner(int slot) {
    Node[] known = owners;
    if (known == null) {
      return read(true).thenCompose(done -> known(slot));
    }
    readIfOlder(PERIOD);
    return known(slot);
  }

  private CompletableFuture<Node> known(int slot) {
    Node[] known = owners;
    Node owner = known == null ? null : known[slot];
    if (owner != null) {
      return CompletableFuture.completedFuture(owner);
    }
    trouble();
    return CompletableFuture.failedFuture(
        new NotSentException("Currently not connected: no primary has slot " + slot, null));
  }

  /** A node said that another has the slot. */
  void moved(int slot, Node to) {
    Node[] known = owners;
    if (known != null) {
      known[slot] = to;
    }
    readIfOlder(LEAST);
  }

  /** A node did not answer, or said that the Cluster is down. */
  void trouble() {
    readIfOlder(LEAST);
  }

  /** The primaries that have slots. */
  Set<Node> primaries() {
    Node[] known = owners;
    Set<Node> primaries = new LinkedHashSet<>();
    if (known != null) {
      for (Node node : known) {
        if (node != null) {
          primaries.add(node);
        }
      }
    }
    return primaries;
  }

  /** A primary, whichever. */
  CompletableFuture<Node> anyPrimary() {
    CompletableFuture<Void> there =
        owners == null ? read(true) : CompletableFuture.completedFuture(null);
    return there.thenApply(
        done -> {
          List<Node> all = new ArrayList<>(primaries());
          return all.get(ThreadLocalRandom.current().nextInt(all.size()));
        });
  }

  private void readIfOlder(long nanos) {
    boolean old;
    lock.lock();
    try {
      old = reading == null && System.nanoTime() - readAt >= nanos;
    } finally {
      lock.unlock();
    }
    if (old) {
      var unused = read(false);
    }
  }

  /** Reads the map from some nodes; the first answer counts. */
  CompletableFuture<Void> read(boolean always) {
    CompletableFuture<Void> mine;
    lock.lock();
    try {
      CompletableFuture<Void> current = reading;
      if (current != null) {
        return current;
      }
      if (!always && owners != null && System.nanoTime() - readAt < LEAST) {
        return CompletableFuture.completedFuture(null);
      }
      mine = new CompletableFuture<>();
      reading = mine;
      readAt = System.nanoTime();
    } finally {
      lock.unlock();
    }
    List<Node> order = order();
    readFrom(order, 0, mine);
    return mine;
  }

  private List<Node> order() {
    List<Node> shuffled = new ArrayList<>(nodes);
    Collections.shuffle(shuffled, ThreadLocalRandom.current());
    Set<Node> all = new LinkedHashSet<>(shuffled);
    all.addAll(seeds);
    return List.copyOf(all);
  }

  private void readFrom(List<Node> order, int from, CompletableFuture<Void> mine) {
    List<Node> some = order.subList(from, Math.min(order.size(), from + ASKED));
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (Node node : some) {
      answers.add(
          ask.apply(node)
              .thenApply(slots -> !mine.isDone() && take(node, slots) && end(mine, null)));
    }
    var unused =
        CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
            .whenComplete(
                (done, error) -> {
                  if (mine.isDone()) {
                    return;
                  }
                  if (from + ASKED < order.size()) {
                    readFrom(order, from + ASKED, mine);
                  } else {
                    end(mine, error != null ? RedisErrors.unwrap(error) : none());
                  }
                });
  }

  private static NotSentException none() {
    return new NotSentException("Currently not connected: no node knows of any slot", null);
  }

  private boolean end(CompletableFuture<Void> mine, @Nullable Throwable error) {
    lock.lock();
    try {
      if (reading == mine) {
        reading = null;
      }
    } finally {
      lock.unlock();
    }
    return error == null ? mine.complete(null) : mine.completeExceptionally(error);
  }

  /** Takes over an answer of {@code CLUSTER SLOTS}; false if it names no slot. */
  private boolean take(Node asked, List<Object> slots) {
    Node[] fresh = new Node[SLOTS];
    Set<Node> seen = new LinkedHashSet<>();
    for (Object range : slots) {
      List<?> parts = (List<?>) range;
      int first = ((Long) parts.get(0)).intValue();
      int last = ((Long) parts.get(1)).intValue();
      for (int i = 2; i < parts.size(); i++) {
        Node node = node(asked, (List<?>) parts.get(i));
        seen.add(node);
        if (i == 2) {
          Arrays.fill(fresh, first, last + 1, node);
        }
      }
    }
    if (seen.isEmpty()) {
      return false;
    }
    owners = fresh;
    nodes = seen;
    onNodes.accept(seen);
    return true;
  }

  /** A node without a host is the one that was asked, as far as its address is known. */
  private static Node node(Node asked, List<?> parts) {
    String host =
        parts.get(0) instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
    return new Node(
        host.isEmpty() || host.equals("?") ? asked.host() : host, ((Long) parts.get(1)).intValue());
  }
}
