package dev.holdfast.worker;

import dev.holdfast.event.Awaited;
import dev.holdfast.event.EventTypes;
import dev.holdfast.event.Subscribes;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.Failure;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.Naming;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.schedule.Recurring;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
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
  private final Map<String, RegisteredHandler> ours = new LinkedHashMap<>();
  private final List<Recurrence> recurrences = new ArrayList<>();
  private final Subscriptions subscriptions = new Subscriptions();

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
   * Adds a handler that takes several jobs at a time.
   *
   * @param payload its payload class, or null to find it from the handler's class
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addBatch(
      @Nullable Class<?> payload,
      BatchHandler<?> handler,
      BatchOptions batch,
      HandlerOptions options) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(batch, "batch");
    add(handler.getClass(), BatchHandler.class, payload, options, batchCode(batch, handler));
  }

  /**
   * Adds a handler that takes several jobs at a time and that a factory makes for each call.
   *
   * @param handler its class: a BatchHandler
   * @param factory asked when the worker runs, so that it may be set later than the handler
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addBatchClass(
      Class<? extends BatchHandler<?>> handler,
      BatchOptions batch,
      HandlerOptions options,
      Supplier<@Nullable HandlerFactory> factory) {
    Objects.requireNonNull(batch, "batch");
    RegisteredHandler.Batch code =
        new RegisteredHandler.Batch(
            batch,
            items ->
                batchCode(batch, (BatchHandler<?>) make(handler, factory)).call().handle(items));
    add(handler, BatchHandler.class, null, options, code);
  }

  /**
   * Adds a handler whose jobs are runs.
   *
   * @param payload its payload class, or null to find it from the handler's class
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addFlow(
      @Nullable Class<?> payload,
      FlowHandler<?, ?> handler,
      HandlerOptions options,
      FlowOptions flow) {
    Objects.requireNonNull(handler, "handler");
    add(
        handler.getClass(),
        FlowHandler.class,
        payload,
        options,
        flowCode(handler.getClass(), flow, () -> handler));
  }

  /**
   * Adds a handler whose jobs are runs and that a factory makes for each attempt.
   *
   * @param handler its class: a FlowHandler
   * @param factory asked when the worker runs, so that it may be set later than the handler
   * @throws InvalidHandlerException if it cannot be registered
   */
  public void addFlowClass(
      Class<? extends FlowHandler<?, ?>> handler,
      HandlerOptions options,
      FlowOptions flow,
      Supplier<@Nullable HandlerFactory> factory) {
    add(
        handler,
        FlowHandler.class,
        null,
        options,
        flowCode(handler, flow, () -> (FlowHandler<?, ?>) make(handler, factory)));
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
              + " JobHandler and ResultHandler; a BatchHandler is added with batchHandlerClass, a"
              + " FlowHandler with flowClass");
    }
    RegisteredHandler.Single call =
        (payload, context) -> {
          Object made = make(handler, factory);
          return (made instanceof JobHandler<?> j
                  ? plainCall(j)
                  : resultCall((ResultHandler<?, ?>) made))
              .handle(payload, context);
        };
    add(handler, plain ? JobHandler.class : ResultHandler.class, null, options, call);
  }

  private static Object make(Class<?> handler, Supplier<@Nullable HandlerFactory> factory)
      throws Exception {
    Object made = Objects.requireNonNull(factory.get(), "factory").create(handler);
    if (!handler.isInstance(made)) {
      throw new IllegalStateException(
          "the handler factory returned "
              + (made == null ? "null" : made.getClass().getName())
              + " for "
              + handler.getName());
    }
    return made;
  }

  private void add(
      Class<?> handler,
      Class<?> contract,
      @Nullable Class<?> given,
      HandlerOptions options,
      RegisteredHandler.Code code) {
    Objects.requireNonNull(options, "options");
    Type payload = given == null ? PayloadClass.of(handler, contract) : given;
    Class<?> payloadClass = Objects.requireNonNull(PayloadClass.raw(payload));
    Subscribes subscribes = Binding.subscribes(handler);
    Binding binding = Binding.of(handler, payloadClass, subscribes);
    HandlerSettings settings = HandlerSettings.of(handler, options);
    Semaphore gate =
        settings.concurrency() == HandlerSettings.UNLIMITED
            ? null
            : new Semaphore(settings.concurrency(), true);
    RegisteredHandler before =
        byType.putIfAbsent(
            binding.type(),
            new RegisteredHandler(
                binding.type(), binding.queue(), payload, handler.getName(), settings, gate, code));
    if (before != null) {
      throw new InvalidHandlerException(
          "job type "
              + binding.type()
              + " has two handlers: "
              + before.name()
              + " and "
              + handler.getName());
    }
    for (Recurring each : handler.getAnnotationsByType(Recurring.class)) {
      recurrences.add(
          new Recurrence(each, binding.type(), binding.queue(), payload, handler.getName()));
    }
    if (subscribes != null) {
      subscribe(subscribes.value(), binding.type(), binding.eventQueue());
    }
  }

  /**
   * Subscribes a job type, whose handler has been added, to an event type.
   *
   * @param event the event's class
   * @param type the job type
   * @param queue the queue of the jobs
   * @throws InvalidHandlerException if there is no such handler, the class is no event, or the type
   *     is subscribed to it already
   */
  public void subscribe(Class<?> event, String type, String queue) {
    RegisteredHandler handler = byType.get(type);
    if (handler == null) {
      throw new InvalidHandlerException(
          "no handler was added for job type "
              + type
              + ", which is to be subscribed to "
              + event.getName());
    }
    try {
      Class<?> payload = Objects.requireNonNull(PayloadClass.raw(handler.payload()));
      subscriptions.add(EventTypes.typeOf(event), type, Naming.queue(queue), Awaited.of(payload));
    } catch (InvalidHandlerException e) {
      throw e;
    } catch (HoldfastException e) {
      throw new InvalidHandlerException(
          "handler " + handler.name() + " cannot be subscribed: " + e.getMessage(), e);
    }
  }

  /** What the handlers subscribe to. */
  Subscriptions subscriptions() {
    return subscriptions;
  }

  /** Whether the worker must hand events on, so that its handlers and runs hear of them. */
  boolean handsEventsOn() {
    return !subscriptions.isEmpty()
        || byType.values().stream().anyMatch(each -> each.code() instanceof RegisteredHandler.Flow);
  }

  /** Adds code of our own, which no user may replace. */
  void addOurs(String type, String queue, RegisteredHandler.Single code) {
    HandlerOptions patient = HandlerOptions.builder().retryPolicy(RetryPolicy.patient()).build();
    HandlerSettings settings = HandlerSettings.of(code.getClass(), patient);
    ours.put(
        type,
        new RegisteredHandler(
            type, queue, RegisteredHandler.RAW, "Holdfast's own", settings, null, code));
  }

  /** The schedules that handler classes declare, in the order added. */
  public List<Recurrence> recurrences() {
    return List.copyOf(recurrences);
  }

  /** The handler of a job type, or null. */
  @Nullable RegisteredHandler find(String type) {
    RegisteredHandler own = ours.get(type);
    return own == null ? byType.get(type) : own;
  }

  /** All that were added by the user, in the order added. */
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

  /**
   * Checks that batch handlers can run as their worker is made.
   *
   * @throws InvalidHandlerException if one waits for its jobs longer than leases are left alone, or
   *     an interceptor knows single attempts only
   */
  void requireFit(WorkerOptions options, List<AttemptInterceptor> interceptors) {
    for (RegisteredHandler handler : byType.values()) {
      if (handler.code() instanceof RegisteredHandler.Batch batch) {
        requireFit(handler, batch.options(), options, interceptors);
      }
    }
  }

  private static void requireFit(
      RegisteredHandler handler,
      BatchOptions batch,
      WorkerOptions options,
      List<AttemptInterceptor> interceptors) {
    if (batch.maxWait().compareTo(options.extendPeriod()) > 0) {
      throw new InvalidHandlerException(
          "maxWait of batch handler "
              + handler.name()
              + " is "
              + batch.maxWait()
              + "; it must be at most the worker's extendPeriod, "
              + options.extendPeriod());
    }
    for (AttemptInterceptor interceptor : interceptors) {
      if (!(interceptor instanceof BatchInterceptor)) {
        throw new InvalidHandlerException(
            "interceptor "
                + interceptor.getClass().getName()
                + " wraps single attempts, and "
                + handler.name()
                + " is called for several at once: make it a BatchInterceptor, or give the batch"
                + " handler a worker of its own");
      }
    }
  }

  // The payload was decoded to the class that the handler's own type argument, or the caller's
  // class
  // token, names: the cast cannot fail.
  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Single plainCall(JobHandler<?> handler) {
    JobHandler<Object> any = (JobHandler<Object>) handler;
    return (Object payload, JobContext context) -> {
      any.handle(payload, context);
      return null;
    };
  }

  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Single resultCall(ResultHandler<?, ?> handler) {
    return ((ResultHandler<Object, Object>) handler)::handle;
  }

  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Batch batchCode(BatchOptions batch, BatchHandler<?> handler) {
    return new RegisteredHandler.Batch(batch, ((BatchHandler<Object>) handler)::handle);
  }

  @SuppressWarnings("unchecked")
  private static RegisteredHandler.Flow flowCode(
      Class<?> type, FlowOptions flow, Callable<FlowHandler<?, ?>> handler) {
    Objects.requireNonNull(flow, "flow");
    return new RegisteredHandler.Flow(
        flow,
        () -> (FlowHandler<Object, Object>) handler.call(),
        isOverridden(type, "onFailure", Steps.class, Object.class, Failure.class),
        isOverridden(type, "onCancel", Steps.class, Object.class));
  }

  /** Whether a flow has code of its own for this; a class with type arguments has a bridge. */
  private static boolean isOverridden(Class<?> type, String name, Class<?>... parameters) {
    try {
      return type.getMethod(name, parameters).getDeclaringClass() != FlowHandler.class;
    } catch (NoSuchMethodException e) {
      return true;
    }
  }
}
