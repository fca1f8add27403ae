package dev.holdfast.lock;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.Naming;
import dev.holdfast.spi.Locks;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes locks of what an engine offers, and holds what they share: the holders, one timer for
 * extensions and deadlines, and threads for callbacks, of which a slow one must hold up neither.
 * For those who build an engine, which has one and closes it. Threads start with the first lock.
 * Safe for use by many threads.
 */
public final class LockKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LockKeeper.class);

  private final Locks locks;
  private final LongSupplier nanos;
  private final SecureRandom random = new SecureRandom();
  private final Set<Watched> open = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor callbacks;
  private volatile boolean closed;

  /** Who is told what happens to the engine. */
  interface Watched {
    /** The engine is being closed. */
    void engineClosed();

    /** The clock that leases are measured with was moved. */
    void timeMoved();
  }

  /** For locks whose leases are measured with {@link System#nanoTime}. */
  public LockKeeper(Locks locks) {
    this(locks, System::nanoTime);
  }

  /**
   * For locks whose leases are measured with a clock that tests move.
   *
   * @param nanos nanoseconds since any instant; after each jump {@link #timeMoved} must be called
   */
  public LockKeeper(Locks locks, LongSupplier nanos) {
    this.locks = Objects.requireNonNull(locks, "locks");
    this.nanos = Objects.requireNonNull(nanos, "nanos");
    this.timer = new ScheduledThreadPoolExecutor(1, daemon("holdfast-locks"));
    timer.setRemoveOnCancelPolicy(true);
    this.callbacks =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemon("holdfast-lock-lost"));
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * A lock by its name. Sends nothing.
   *
   * @throws dev.holdfast.job.InvalidNameException if the name is none
   */
  public NamedLock lock(String name, LockOptions options) {
    return new EngineLock(this, Naming.name("lock name", name), options);
  }

  /**
   * Does what is due after a jump of the clock, on this thread: as a process does that was paused
   * for so long, a holder extends its lease, or finds that its lock is lost.
   */
  public void timeMoved() {
    open.forEach(Watched::timeMoved);
  }

  Locks locks() {
    return locks;
  }

  Duration answerTimeout() {
    return locks.answerTimeout();
  }

  /** What leases are measured with. */
  long nanos() {
    return nanos.getAsLong();
  }

  /** The wait before a request without an answer is repeated: 50 to 100 ms, at random. */
  static long retryNanos() {
    return TimeUnit.MILLISECONDS.toNanos(50 + ThreadLocalRandom.current().nextLong(51));
  }

  /** 128 random bits: never a thread or host, which come again. */
  String newOwner() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Tells it what happens until it is removed. */
  void add(Watched watched, String name) {
    open.add(watched);
    if (closed) {
      open.remove(watched);
      throw new EngineUnavailableException("taking lock " + name + " failed: the engine is closed");
    }
  }

  void remove(Watched watched) {
    open.remove(watched);
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

  /** Tells every holder that its lock is lost, and leaves the locks to their leases. Idempotent. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Watched::engineClosed);
    timer.shutdownNow();
    callbacks.shutdown();
  }
}
