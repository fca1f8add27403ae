package dev.holdfast.redis;

import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.QueueRef;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for hints that a running job should end, on one connection opened with the first
 * subscription. A hint may be lost; the flag in the job's record is the truth.
 */
final class CancelHints {
  private static final Logger log = LoggerFactory.getLogger(CancelHints.class);

  private final Shared shared;
  private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private @Nullable CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection;
  private boolean closed;

  CancelHints(Shared shared) {
    this.shared = shared;
  }

  Subscription subscribe(QueueRef queue, Consumer<String> onCancel) {
    byte[] channel = shared.keys(queue).cancelChannel();
    String name = new String(channel, StandardCharsets.UTF_8);
    listeners.computeIfAbsent(name, c -> new CopyOnWriteArrayList<>()).add(onCancel);
    // Its failure is logged; nobody waits for it.
    CompletableFuture<Void> unused =
        connection()
            .thenCompose(open -> open.async().subscribe(channel).toCompletableFuture())
            .whenComplete(
                (done, error) -> {
                  if (error != null) {
                    log.warn(
                        "hints of cancelled jobs in queue {} are not heard; they are learned with"
                            + " the next extension instead: {}",
                        queue.name(),
                        RedisErrors.unwrap(error).toString());
                  }
                });
    return () -> {
      List<Consumer<String>> of = listeners.get(name);
      if (of != null) {
        of.remove(onCancel);
      }
    };
  }

  private CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection() {
    lock.lock();
    try {
      if (closed) {
        return CompletableFuture.failedFuture(new IllegalStateException("the engine is closed"));
      }
      if (connection == null || connection.isCompletedExceptionally()) {
        connection = shared.connections().openHints().thenApply(this::listen);
      }
      return connection;
    } finally {
      lock.unlock();
    }
  }

  private StatefulRedisPubSubConnection<byte[], byte[]> listen(
      StatefulRedisPubSubConnection<byte[], byte[]> open) {
    open.addListener(
        new RedisPubSubAdapter<byte[], byte[]>() {
          @Override
          public void message(byte[] channel, byte[] message) {
            String key = new String(message, StandardCharsets.UTF_8);
            List<Consumer<String>> of =
                listeners.getOrDefault(new String(channel, StandardCharsets.UTF_8), List.of());
            for (Consumer<String> listener : of) {
              listener.accept(key);
            }
          }
        });
    return open;
  }

  void close() {
    CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> open;
    lock.lock();
    try {
      closed = true;
      open = connection;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      // Not close(), which waits: of one that is still being opened this runs on an event loop.
      CompletableFuture<Void> unused = open.thenCompose(StatefulRedisPubSubConnection::closeAsync);
    }
  }
}
