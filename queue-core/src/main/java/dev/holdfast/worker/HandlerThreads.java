package dev.holdfast.worker;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.worker.WorkerOptions.Threads;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where handlers run: a new virtual thread for each attempt where the JVM has them (21 and later,
 * found at run time, because the library is built for 17), else a {@link HandlerPool} of platform
 * threads. Neither has a bound of its own: slots bound how many attempts run, and a thread that
 * hangs after its attempt was given up must not keep its slot.
 */
final class HandlerThreads {
  private final ThreadFactory factory;
  private final @Nullable HandlerPool pool;

  private HandlerThreads(ThreadFactory factory, @Nullable HandlerPool pool) {
    this.factory = factory;
    this.pool = pool;
  }

  /**
   * Finds what handlers run on.
   *
   * @throws InvalidHandlerException if virtual threads are asked for and the JVM has none
   */
  static HandlerThreads of(Threads threads, String worker) {
    String name = worker + "-handler-";
    ThreadFactory virtual = threads == Threads.PLATFORM ? null : virtual(name);
    if (virtual != null) {
      return new HandlerThreads(virtual, null);
    }
    if (threads == Threads.VIRTUAL) {
      throw new InvalidHandlerException(
          "threads is VIRTUAL, and Java "
              + Runtime.version().feature()
              + " has no virtual threads; use Java 21 or later, or AUTO");
    }
    AtomicLong count = new AtomicLong();
    ThreadFactory platform =
        task -> {
          Thread thread = new Thread(task, name + count.getAndIncrement());
          thread.setDaemon(true);
          return thread;
        };
    return new HandlerThreads(platform, new HandlerPool(platform));
  }

  boolean areVirtual() {
    return pool == null;
  }

  /**
   * Runs an attempt, never behind another; if no thread can be made for it, calls {@code refused}
   * with the reason, on any thread.
   */
  void execute(Runnable attempt, Consumer<Throwable> refused) {
    if (pool != null) {
      pool.execute(attempt, refused);
      return;
    }
    try {
      factory.newThread(attempt).start();
    } catch (Throwable t) {
      refused.accept(t);
    }
  }

  /** Lets idle threads end. Those that still run are left alone. */
  void close() {
    if (pool != null) {
      pool.close();
    }
  }

  private static @Nullable ThreadFactory virtual(String name) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object fresh =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual)).invoke();
      MethodHandle named =
          lookup.findVirtual(
              builder, "name", MethodType.methodType(builder, String.class, long.class));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      return (ThreadFactory) factory.invoke(named.invoke(fresh, name, 0L));
    } catch (Throwable e) {
      // Java 17 has no such method; 19 and 20 have it as a preview that throws.
      return null;
    }
  }
}
