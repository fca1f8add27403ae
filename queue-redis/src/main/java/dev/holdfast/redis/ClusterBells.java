package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.QueueRef;
import io.lettuce.core.KeyValue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits on the bells of a worker's queues on a Cluster, where one blocking call can name keys of
 * one slot only: so each queue has an ear, a connection to the node of its slot with a blocking
 * call on it. An ear goes on listening from one wait to the next; a token it takes while nobody
 * waits for its queue is rung on.
 *
 * <p>An ear whose node fails is opened again, to wherever the slot is by then; the others hear on.
 */
final class ClusterBells implements Bells {
  private static final Logger log = LoggerFactory.getLogger(ClusterBells.class);

  /**
   * How long after its end a blocking call may still be answered before its connection is dropped.
   */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private static final long FIRST_PAUSE_MS = 10;

  private final Shared shared;
  private final ClusterMap map;
  private final Function<Node, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock, as are the fields of the ears: an ear a queue, what is waited for, by whom.
  private final Map<QueueRef, Ear> ears = new HashMap<>();
  private Set<QueueRef> wanted = Set.of();
  private CompletableFuture<Optional<QueueRef>> waiter = new CompletableFuture<>();
  private boolean closed;

  /**
   * Makes bells that connect with the first wait.
   *
   * @param opener opens a connection to a node
   */
  ClusterBells(
      Shared shared,
      ClusterMap map,
      Function<Node, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> opener) {
    this.shared = shared;
    this.map = map;
    this.opener = opener;
  }

  /** One queue's connection and the blocking call on it. */
  private static final class Ear {
    private final QueueRef queue;
    private final byte[] key;
    private final int slot;
    private @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
    private @Nullable Node node;
    private boolean calling;
    private long answerBy;
    private int failures;
    private long notBefore = System.nanoTime();

    Ear(QueueRef queue, byte[] key) {
      this.queue = queue;
      this.key = key;
      this.slot = SlotHash.getSlot(key);
    }
  }

  @Override
  public Optional<QueueRef> await(Set<QueueRef> queues, Duration most) {
    CompletableFuture<Optional<QueueRef>> mine = new CompletableFuture<>();
    lock.lock();
    try {
      if (closed) {
        throw new EngineUnavailableException("waiting for a bell failed: it is closed");
      }
      wanted = Set.copyOf(queues);
      waiter = mine;
    } finally {
      lock.unlock();
    }
    // The wait begins when the ears are open. Whoever completes it first decides: a token that
    // comes
    // later is rung on.
    var unused =
        CompletableFuture.allOf(
                queues.stream()
                    .map(queue -> listen(queue, most))
                    .toArray(CompletableFuture<?>[]::new))
            .whenComplete(
                (open, error) ->
                    mine.completeOnTimeout(
                        Optional.empty(), most.toMillis(), TimeUnit.MILLISECONDS));
    try {
      return mine.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return mine.complete(Optional.empty()) ? Optional.empty() : mine.join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody fails it", e);
    }
  }

  /**
   * Starts a blocking call at a queue's bell, unless one waits there.
   *
   * @return completed when the queue's connection is open, or not to be opened now
   */
  private CompletableFuture<?> listen(QueueRef queue, Duration most) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> open;
    Ear ear;
    lock.lock();
    try {
      ear = ears.computeIfAbsent(queue, q -> new Ear(q, shared.keys(q).of(RedisKeys.Key.BELL)));
      long now = System.nanoTime();
      if (ear.calling && now - ear.answerBy >= 0) {
        // Never used again: a late answer on it would be taken for another's.
        drop(ear);
      }
      open = ear.connection;
      if (closed || ear.calling || now - ear.notBefore < 0) {
        return open != null ? open : CompletableFuture.completedFuture(null);
      }
      Duration within = most.plus(MARGIN);
      if (open == null || (open.isDone() && !isOpen(open))) {
        drop(ear);
        open = map.owner(ear.slot).thenCompose(node -> connect(ear, node));
        ear.connection = open;
        within = within.plus(shared.options().connectTimeout().multipliedBy(2));
      }
      ear.calling = true;
      ear.answerBy = now + within.toNanos();
    } finally {
      lock.unlock();
    }
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> used = open;
    var unused =
        used.thenCompose(
                connection ->
                    connection
                        .async()
                        .blpop(most.toMillis() / 1000.0, ear.key)
                        .toCompletableFuture())
            .whenComplete((token, error) -> ended(ear, used, token, error));
    return used;
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(Ear ear, Node node) {
    lock.lock();
    try {
      ear.node = node;
    } finally {
      lock.unlock();
    }
    return opener.apply(node);
  }

  private static boolean isOpen(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection) {
    return !connection.isCompletedExceptionally() && connection.join().isOpen();
  }

  private void ended(
      Ear ear,
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> used,
      @Nullable KeyValue<byte[], byte[]> token,
      @Nullable Throwable error) {
    boolean ringOn;
    lock.lock();
    try {
      if (ear.connection == used) {
        ear.calling = false;
        if (error != null && !closed) {
          failed(ear, error);
        } else {
          ear.failures = 0;
        }
      }
      boolean heard = token != null && token.hasValue();
      boolean taken =
          heard && wanted.contains(ear.queue) && waiter.complete(Optional.of(ear.queue));
      ringOn = heard && !taken;
      if (!heard && error == null) {
        // Its time was over: the next wait starts the call again.
        waiter.complete(Optional.empty());
      }
    } finally {
      lock.unlock();
    }
    if (ringOn) {
      // Its loss costs what any lost token costs: idle workers look by themselves.
      var unused =
          shared
              .connections()
              .commands()
              .call(
                  Script.RING,
                  Script.RING.keysOf(shared.keys(ear.queue), ""),
                  shared.args(),
                  shared.options().commandTimeout());
    }
  }

  /** Prepares the next try. Called with the lock held. */
  private void failed(Ear ear, Throwable error) {
    Node node = ear.node;
    ClusterLines.Redirect to = node == null ? null : ClusterLines.Redirect.of(error, node);
    drop(ear);
    if (to != null) {
      map.moved(ear.slot, to.node());
    } else {
      map.trouble();
    }
    if (ear.failures++ == 0 && to == null) {
      log.info(
          "the bell of queue {} is not heard for now: {}; tried again until it is",
          ear.queue.name(),
          RedisErrors.unwrap(error).toString());
    }
    long most =
        Math.min(
            shared.options().reconnectCap().toMillis(),
            FIRST_PAUSE_MS << Math.min(ear.failures, 20));
    long pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    ear.notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
    CompletableFuture.delayedExecutor(pause + 1, TimeUnit.MILLISECONDS, Runnable::run)
        .execute(this::unblock);
  }

  /** Gives up an ear's connection and the call on it. Called with the lock held. */
  private static void drop(Ear ear) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> lost = ear.connection;
    ear.connection = null;
    ear.calling = false;
    if (lost != null) {
      var unused = lost.thenCompose(StatefulRedisConnection::closeAsync);
    }
  }

  @Override
  public void unblock() {
    lock.lock();
    try {
      waiter.complete(Optional.empty());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ring(QueueRef queue) {
    shared.call(queue, Script.RING, shared.args());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      ears.values().forEach(ClusterBells::drop);
      waiter.complete(Optional.empty());
    } finally {
      lock.unlock();
    }
  }
}
