package dev.holdfast.testkit;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.OutcomeUnknownException;
import dev.holdfast.spi.Append;
import dev.holdfast.spi.Bells;
import dev.holdfast.spi.Claiming;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Intake;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Runs;
import dev.holdfast.spi.Topics;
import dev.holdfast.spi.Turn;
import dev.holdfast.spi.TurnReply;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the calls by which the workers of a test change what an engine holds, and lets some of
 * them go wrong. Idle turns, bells, reaps and extensions are no such calls. Safe for use by many
 * threads.
 */
final class TappedEngine {
  /** How a call goes wrong. */
  enum Fault {
    /** The worker dies before the call reaches the engine. */
    DIES_BEFORE(false, true),
    /** The worker dies after it. */
    DIES_AFTER(true, true),
    /** It does not reach the engine. */
    ERROR_BEFORE(false, false),
    /** It does, and the worker does not get to know. */
    LOST_REPLY(true, false);

    final boolean executed;
    final boolean deadly;

    Fault(boolean executed, boolean deadly) {
      this.executed = executed;
      this.deadly = deadly;
    }
  }

  /** Decides what becomes of each call. */
  interface Plan {
    /** The fault of a call, such as "append 3 of orders"; null if it goes well. */
    @Nullable Fault of(String call);
  }

  private static final Set<Class<?>> PARTS =
      Set.of(Intake.class, Claiming.class, Control.class, Runs.class, Topics.class, Bells.class);

  /** What changes nothing, or is done again and again as real time passes. */
  private static final Set<String> IDLE =
      Set.of("open", "extend", "leave", "onCancel", "await", "ring", "unblock", "close");

  private final Plan plan;
  private final Consumer<Append> written;
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private volatile String struck = "no call went wrong";

  /**
   * Creates a tap.
   *
   * @param written told of each append that was executed and stood
   */
  TappedEngine(Plan plan, Consumer<Append> written) {
    this.plan = plan;
    this.written = written;
  }

  /** The next call of a kind, by its number among those on its queue: these do not race. */
  private String next(Method method, Object @Nullable [] arguments) {
    Object on = arguments == null ? "" : arguments[0];
    String queue =
        on instanceof Turn turn
            ? turn.queue().name()
            : on instanceof QueueRef ref ? ref.name() : String.valueOf(on);
    int number =
        calls
            .computeIfAbsent(method.getName() + queue, first -> new AtomicInteger())
            .getAndIncrement();
    return method.getName() + " " + number + " of " + queue;
  }

  /** Whether a call went wrong. */
  boolean hasStruck() {
    return struck.contains(" at ");
  }

  /** What went wrong last. */
  @Override
  public String toString() {
    return struck;
  }

  /** As one worker sees it. */
  Engine around(Engine engine, Runnable die) {
    return new OneWorker(die).proxy(Engine.class, engine);
  }

  private final class OneWorker {
    private final Runnable die;
    private volatile boolean dead;

    OneWorker(Runnable die) {
      this.die = die;
    }

    <T> T proxy(Class<T> part, Object real) {
      return part.cast(
          Proxy.newProxyInstance(
              part.getClassLoader(),
              new Class<?>[] {part},
              (proxy, method, arguments) -> call(real, method, arguments)));
    }

    private @Nullable Object call(Object real, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (method.getDeclaringClass() == Object.class) {
        return execute(real, method, arguments);
      }
      if (PARTS.contains(method.getReturnType())) {
        return proxy(method.getReturnType(), execute(real, method, arguments));
      }
      if (!PARTS.contains(method.getDeclaringClass()) || IDLE.contains(method.getName())) {
        return execute(real, method, arguments);
      }
      if (dead) {
        return gone(method, arguments, "the worker is dead");
      }
      if (!changes(method, arguments)) {
        return after(real, method, arguments);
      }
      String call = next(method, arguments);
      Fault fault = plan.of(call);
      if (fault == null) {
        return execute(real, method, arguments);
      }
      if (fault.executed) {
        Object unused = execute(real, method, arguments);
      }
      return strike(fault, call, method, arguments);
    }

    /** What may have changed something, as its answer tells. */
    private @Nullable Object after(Object real, Method method, Object @Nullable [] arguments)
        throws Throwable {
      Object reply = execute(real, method, arguments);
      boolean some =
          reply instanceof TurnReply turn
              ? !turn.claims().isEmpty()
              : reply instanceof Collection<?> found && !found.isEmpty();
      if (!some) {
        return reply;
      }
      String call = next(method, arguments);
      Fault fault = plan.of(call);
      return fault == null ? reply : strike(fault, call, method, arguments);
    }

    private @Nullable Object strike(
        Fault fault, String call, Method method, Object @Nullable [] arguments) {
      String what = fault + " at " + call;
      struck = what;
      if (fault.deadly) {
        dead = true;
        die.run();
      }
      return gone(method, arguments, what);
    }
  }

  private static boolean changes(Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "turn" -> arguments != null && !((Turn) arguments[0]).settlements().isEmpty();
      case "ended", "read", "subscribers", "find", "stats" -> false;
      default -> true;
    };
  }

  private @Nullable Object execute(Object real, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object reply;
    try {
      reply = method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
    if (arguments != null && method.getName().equals("append")) {
      // Complete: the engine is in memory.
      Runs.AppendReply append = (Runs.AppendReply) ((CompletableFuture<?>) reply).join();
      if (append.standing()) {
        written.accept((Append) arguments[3]);
      }
    }
    return reply;
  }

  /** How a caller learns that it does not learn what became of its call. */
  private static Object gone(Method method, Object @Nullable [] arguments, String why) {
    if (arguments != null && method.getName().equals("enqueue")) {
      QueueRef queue = (QueueRef) arguments[0];
      return ((List<?>) arguments[1])
          .stream()
              .map(
                  job ->
                      CompletableFuture.failedFuture(
                          new OutcomeUnknownException(
                              queue.id(((NewJob) job).key()), why, new RuntimeException(why))))
              .toList();
    }
    EngineUnavailableException unavailable = new EngineUnavailableException(why);
    if (method.getReturnType() == CompletableFuture.class) {
      return CompletableFuture.failedFuture(unavailable);
    }
    throw unavailable;
  }
}
