package dev.holdfast.redis;

import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.QueueRef;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for hints that a running job should end, on one connection opened with the first
 * subscription and opened again, with all subscriptions, when it is lost. A hint may be lost; the
 * flag in the job's record is the truth.
 */
final class CancelHints {
  private static final Logger log = LoggerFactory.getLogger(CancelHints.class);
  private static final long FIRST_PAUSE_MS = 20;

  private final Shared shared;
  private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: the connection, tries in a row that failed, whether the next is arranged.
  private @Nullable CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection;
  private int failures;
  private boolean arranged;
  private boolean closed;

  CancelHints(Shared shared) {
    this.shared = shared;
  }

  Subscription subscribe(QueueRef queue, Consumer<String> onCancel) {
    String name = new String(shared.keys(queue).cancelChannel(), StandardCharsets.UTF_8);
    listeners.computeIfAbsent(name, c -> new CopyOnWriteArrayList<>()).add(onCancel);
    CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> open = connection();
    if (open != null) {
      subscribe(open, name);
    }
    return () -> {
      List<Consumer<String>> of = listeners.get(name);
      if (of != null) {
        of.remove(onCancel);
      }
    };
  }

  /** The connection; null while none may be opened. */
  private @Nullable CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> connection() {
    lock.lock();
    try {
      if (closed || arranged) {
        return null;
      }
      if (connection == null) {
        connection = shared.connections().openHints().thenApply(this::listen);
      }
      return connection;
    } finally {
      lock.unlock();
    }
  }

  private void subscribe(
      CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> on, String... names) {
    byte[][] channels = new byte[names.length][];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = names[i].getBytes(StandardCharsets.UTF_8);
    }
    // Its failure opens another connection; nobody waits for it.
    var unused =
        on.thenCompose(open -> open.async().subscribe(channels).toCompletableFuture())
            .whenComplete(
                (done, error) -> {
                  if (error != null) {
                    lost(on, error);
                  } else {
                    heard(on);
                  }
                });
  }

  private void heard(CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> on) {
    lock.lock();
    try {
      if (connection == on) {
        failures = 0;
      }
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
    open.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
            CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> used = current();
            if (used != null
                && used.isDone()
                && !used.isCompletedExceptionally()
                && used.join() == open) {
              lost(used, new ClosedChannelException());
            }
          }
        });
    return open;
  }

  private @Nullable CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> current() {
    lock.lock();
    try {
      return connection;
    } finally {
      lock.unlock();
    }
  }

  /** Arranges that another connection is opened in a moment. */
  private void lost(
      CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> used, Throwable error) {
    long pause;
    lock.lock();
    try {
      if (closed || connection != used) {
        return;
      }
      connection = null;
      arranged = true;
      if (failures++ == 0) {
        log.info(
            "hints of cancelled jobs are not heard for now; they are learned with the next"
                + " extension instead: {}",
            RedisErrors.unwrap(error).toString());
      }
      long most =
          Math.min(
              shared.options().reconnectCap().toMillis(), FIRST_PAUSE_MS << Math.min(failures, 20));
      pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    } finally {
      lock.unlock();
    }
    var unused = used.thenCompose(StatefulRedisPubSubConnection::closeAsync);
    CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run)
        .execute(this::reopen);
  }

  private void reopen() {
    lock.lock();
    try {
      arranged = false;
    } finally {
      lock.unlock();
    }
    CompletableFuture<StatefulRedisPubSubConnection<byte[], byte[]>> open = connection();
    String[] names = listeners.keySet().toArray(new String[0]);
    if (open != null && names.length > 0) {
      subscribe(open, names);
    }
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
