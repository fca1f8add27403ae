package dev.holdfast.worker;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.JobType;
import dev.holdfast.job.Naming;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.schedule.Recurring;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of one worker, each checked when it is added: its payload class has a {@code
 * JobType}, its annotation parses, and no other handler is there for that type. Filled by one
 * thread, then only read.
 */
public final class Handlers {
  private final Map<String, RegisteredHandler> byType = new LinkedHashMap<>();
  private final List<Recurrence> recurrences = new ArrayList<>();

  /** Creates a registry without handlers. */
  public Handlers() {}

  /**
   * Adds a handler that returns nothing.
   *
   * @param payload its payload class, or null to find it from the handler's class
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void add(@Nullable Class<?> payload, JobHandler<?> handler, HandlerOptions options) {
    Objects.requireNonNull(handler, "handler");
    add(handler.getClass(), JobHandler.class, payload, options, plainCall(handler));
  }

  /**
   * Adds a handler that returns a result.
   *
   * @param payload its payload class, or null to find it from the handler's class
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addResult(
      @Nullable Class<?> payload, ResultHandler<?, ?> handler, HandlerOptions options) {
    Objects.requireNonNull(handler, "handler");
    add(handler.getClass(), ResultHandler.class, payload, options, resultCall(handler));
  }

  /**
   * Adds a handler that a factory makes for each attempt.
   *
   * @param handler its class: a JobHandler or a ResultHandler
   * @param factory asked when the worker runs, so that it may be set later than the handler
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addClass(
      Class<?> handler, HandlerOptions options, Supplier<@Nullable HandlerFactory> factory) {
    boolean plain = JobHandler.class.isAssignableFrom(handler);
    if (plain == ResultHandler.class.isAssignableFrom(handler)) {
      throw new InvalidHandlerException(
          "handler class "
              + handler.getName()
              + " must implement "
              + (plain ? "only one of" : "one of")
              + " JobHandler and ResultHandler");
    }
    RegisteredHandler.Call call =
        (payload, context) -> {
          Object made = Objects.requireNonNull(factory.get(), "factory").create(handler);
          if (!handler.isInstance(made)) {
            throw new IllegalStateException(
                "the handler factory returned "
                    + (made == null ? "null" : made.getClass().getName())
                    + " for "
                    + handler.getName());
          }
          return (made instanceof JobHandler<?> j
                  ? plainCall(j)
                  : resultCall((ResultHandler<?, ?>) made))
              .handle(payload, context);
        };
    add(handler, plain ? JobHandler.class : ResultHandler.class, null, options, call);
  }

  private void add(
      Class<?> handler,
      Class<?> contract,
      @Nullable Class<?> given,
      HandlerOptions options,
      RegisteredHandler.Call call) {
    Objects.requireNonNull(options, "options");
    Type payload = given == null ? PayloadClass.of(handler, contract) : given;
    Class<?> payloadClass = Objects.requireNonNull(PayloadClass.raw(payload));
    JobType jobType = payloadClass.getDeclaredAnnotation(JobType.class);
    if (jobType == null) {
      throw new InvalidHandlerException(
          "payload class "
              + payloadClass.getName()
              + " of handler "
              + handler.getName()
              + " has no @JobType; give it its stable name, as in @JobType(\"mail.welcome\")");
    }
    try {
      Naming.type(jobType.value());
      Naming.queue(jobType.queue());
    } catch (HoldfastException e) {
      throw new InvalidHandlerException(
          "@JobType of payload class " + payloadClass.getName() + ": " + e.getMessage(), e);
    }
    HandlerSettings settings = HandlerSettings.of(handler, options);
    Semaphore gate =
        settings.concurrency() == HandlerSettings.UNLIMITED
            ? null
            : new Semaphore(settings.concurrency(), true);
    RegisteredHandler before =
        byType.putIfAbsent(
            jobType.value(),
            new RegisteredHandler(
                jobType.value(),
                jobType.queue(),
                payload,
                handler.getName(),
                settings,
                gate,
                call));
    if (before != null) {
      throw new InvalidHandlerException(
          "job type "
              + jobType.value()
              + " has two handlers: "
              + before.name()
              + " and "
              + handler.getName());
    }
    for (Recurring each : handler.getAnnotationsByType(Recurring.class)) {
      recurrences.add(
          new Recurrence(each, jobType.value(), jobType.queue(), payload, handler.getName()));
    }
  }

  /** The schedules that handler classes declare, in the order added. */
  public List<Recurrence> recurrences() {
    return List.copyOf(recurrences);
  }

  /** The handler of a job type, or null. */
  @Nullable RegisteredHandler find(String type) {
    return byType.get(type);
  }

  /** All of them, in the order added. */
  Collection<RegisteredHandler> all() {
    return byType.values();
  }

  /**
   * Checks that there is a handler at all.
   *
   * @throws InvalidHandlerException if there is none
   */
  void requireSome() {
    if (byType.isEmpty()) {
      throw new InvalidHandlerException(
          "the worker has no handler; add one with handler(…) before start()");
    }
  }

  // The payload was decoded to the class that the handler's own type argument, or the caller's
  // class
  // token, names: the cast cannot fail.
  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Call plainCall(JobHandler<?> handler) {
    JobHandler<Object> any = (JobHandler<Object>) handler;
    return (Object payload, JobContext context) -> {
      any.handle(payload, context);
      return null;
    };
  }

  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Call resultCall(ResultHandler<?, ?> handler) {
    return ((ResultHandler<Object, Object>) handler)::handle;
  }
}
