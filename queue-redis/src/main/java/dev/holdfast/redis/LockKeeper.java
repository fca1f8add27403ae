package dev.holdfast.redis;

import dev.holdfast.job.EngineUnavailableException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the locks of an engine share: the handles that are open, one timer for extensions and
 * deadlines, and threads for callbacks, of which a slow one must hold up neither. Threads start
 * with the first lock.
 */
final class LockKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LockKeeper.class);

  private final Shared shared;
  private final SecureRandom random = new SecureRandom();
  private final Set<HeldLock> open = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor callbacks;
  private volatile boolean closed;

  LockKeeper(Shared shared) {
    this.shared = shared;
    this.timer = new ScheduledThreadPoolExecutor(1, daemon("holdfast-redis-locks"));
    timer.setRemoveOnCancelPolicy(true);
    this.callbacks =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemon("holdfast-redis-lock-lost"));
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  LockCalls calls(String name) {
    return new LockCalls(shared, name);
  }

  Duration commandTimeout() {
    return shared.options().commandTimeout();
  }

  /** 128 random bits: never a thread or host, which come again. */
  String newOwner() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Knows a handle until it is removed. */
  void add(HeldLock handle, String name) {
    open.add(handle);
    if (closed) {
      open.remove(handle);
      throw new EngineUnavailableException("taking lock " + name + " failed: the engine is closed");
    }
  }

  void remove(HeldLock handle) {
    open.remove(handle);
  }

  boolean isClosed() {
    return closed;
  }

  /** Runs it on the timer after so long; null if the engine is closed. It must not block. */
  @Nullable Future<?> after(long nanos, Runnable run) {
    try {
      return timer.schedule(run, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  /** Runs a user's callback on a thread of its own. */
  void tell(String name, Runnable callback) {
    try {
      callbacks.execute(
          () -> {
            try {
              callback.run();
            } catch (Throwable e) {
              log.warn("lock {}: its onLost callback failed", name, e);
            }
          });
    } catch (RejectedExecutionException e) {
      log.warn("lock {}: its onLost callback was not run: the engine is closed", name);
    }
  }

  /** Tells every open handle that its lock is lost, and leaves the locks to their leases. */
  @Override
  public void close() {
    closed = true;
    for (HeldLock handle : open) {
      handle.engineClosed();
    }
    timer.shutdownNow();
    callbacks.shutdown();
  }
}
