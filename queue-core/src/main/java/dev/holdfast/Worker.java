package dev.holdfast;

import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.FlowOptions;
import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.JobHandler;
import dev.holdfast.job.Naming;
import dev.holdfast.job.ResultHandler;
import dev.holdfast.schedule.DeclareResult;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.worker.AttemptInterceptor;
import dev.holdfast.worker.BatchOptions;
import dev.holdfast.worker.HandlerFactory;
import dev.holdfast.worker.HandlerOptions;
import dev.holdfast.worker.Handlers;
import dev.holdfast.worker.QueueOrder;
import dev.holdfast.worker.WorkerHealth;
import dev.holdfast.worker.WorkerOptions;
import dev.holdfast.worker.WorkerPlan;
import dev.holdfast.worker.WorkerRuntime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs and calls handlers, until it is closed. Safe for use by many threads.
 *
 * <pre>{@code
 * try (Worker worker = Worker.on(holdfast).handler(new SendWelcomeHandler(mailer)).queue("mail", 20).start()) {
 *   …
 * }
 * }</pre>
 *
 * <p>A started worker keeps its JVM alive until it is closed. {@link #close()} drains: it waits for
 * running attempts, then interrupts them, and hands back what did not end, which costs no attempt.
 * On SIGTERM the same happens by itself unless {@link WorkerOptions#closeOnShutdown()} is off. A
 * worker that is killed loses nothing either: its jobs run again when their leases have ended, at
 * most 38 s later with the default options if another worker serves the queue, and 11 s later still
 * if all were away.
 *
 * <p>Close the worker before the {@link Holdfast} it works on, which else closes it.
 */
public final class Worker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  private final Holdfast holdfast;
  private final WorkerOptions options;
  private final WorkerRuntime runtime;

  private Worker(Holdfast holdfast, WorkerOptions options, WorkerRuntime runtime) {
    this.holdfast = holdfast;
    this.options = options;
    this.runtime = runtime;
  }

  /** Begins a worker on the queues of this Holdfast. */
  public static Builder on(Holdfast holdfast) {
    return new Builder(holdfast);
  }

  /** The worker's name, as in logs and in the store. */
  public String name() {
    return runtime.name();
  }

  /** The options it was started with. */
  public WorkerOptions options() {
    return options;
  }

  /** How the worker is now, for a health endpoint. Costs no round trip. */
  public WorkerHealth health() {
    return runtime.health();
  }

  /**
   * Drains: claims nothing more, hands back what has not begun, waits for running attempts for the
   * drain grace, interrupts the rest, hands back what does not end within the drain's interrupt
   * grace, and writes all outcomes. Takes at most both graces and 2.5 s, 29 s by default, even if
   * the engine is away; outcomes that could not be written then are left to the reaper, and their
   * jobs run again.
   *
   * <p>Idempotent: a second call waits for the first. An interrupt of the calling thread ends the
   * waiting for handlers, not the rest, and is restored.
   */
  @Override
  public void close() {
    runtime.close();
    holdfast.ended(this);
  }

  /** Collects what a worker is made of. Not safe for use by several threads. */
  public static final class Builder {
    private static final int MOST_SLOTS = 10_000;

    private final Holdfast holdfast;
    private final Handlers handlers = new Handlers();
    private final List<WorkerPlan.Share> shares = new ArrayList<>();
    private final List<AttemptInterceptor> interceptors = new ArrayList<>();
    private WorkerOptions options = WorkerOptions.defaults();
    private @Nullable HandlerFactory factory;
    private boolean needsFactory;
    private final List<Schedule> schedules = new ArrayList<>();
    private @Nullable String application;
    private boolean started;

    private Builder(Holdfast holdfast) {
      this.holdfast = Objects.requireNonNull(holdfast, "holdfast");
    }

    /**
     * Adds a handler, as annotated. Its payload class is found from its class; for a lambda give it
     * with {@link #handler(Class, JobHandler)}.
     *
     * @throws InvalidHandlerException if the payload class cannot be found or has no {@code
     *     JobType}, a second handler is there for its type, or an annotation value does not parse
     */
    @SuppressWarnings("overloads") // A lambda without a payload class is refused either way.
    public Builder handler(JobHandler<?> handler) {
      return handler(handler, HandlerOptions.asAnnotated());
    }

    /**
     * Adds a handler with settings that override its annotation.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    @SuppressWarnings("overloads") // A lambda without a payload class is refused either way.
    public Builder handler(JobHandler<?> handler, HandlerOptions handlerOptions) {
      handlers.add(null, handler, handlerOptions);
      return this;
    }

    /**
     * Adds a handler for a payload class; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P> Builder handler(Class<P> payload, JobHandler<P> handler) {
      return handler(payload, HandlerOptions.asAnnotated(), handler);
    }

    /**
     * Adds a handler for a payload class with settings; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P> Builder handler(
        Class<P> payload, HandlerOptions handlerOptions, JobHandler<P> handler) {
      handlers.add(Objects.requireNonNull(payload, "payload"), handler, handlerOptions);
      return this;
    }

    /**
     * Adds a handler whose result is stored, as annotated.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    @SuppressWarnings("overloads") // A lambda without a payload class is refused either way.
    public Builder handler(ResultHandler<?, ?> handler) {
      return handler(handler, HandlerOptions.asAnnotated());
    }

    /**
     * Adds a handler whose result is stored, with settings that override its annotation.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    @SuppressWarnings("overloads") // A lambda without a payload class is refused either way.
    public Builder handler(ResultHandler<?, ?> handler, HandlerOptions handlerOptions) {
      handlers.addResult(null, handler, handlerOptions);
      return this;
    }

    /**
     * Adds a handler for a payload class whose result is stored; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P, R> Builder resultHandler(Class<P> payload, ResultHandler<P, R> handler) {
      return resultHandler(payload, HandlerOptions.asAnnotated(), handler);
    }

    /**
     * Adds a handler for a payload class whose result is stored, with settings; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P, R> Builder resultHandler(
        Class<P> payload, HandlerOptions handlerOptions, ResultHandler<P, R> handler) {
      handlers.addResult(Objects.requireNonNull(payload, "payload"), handler, handlerOptions);
      return this;
    }

    /**
     * Adds a handler that takes several jobs in one call, as annotated.
     *
     * @param batch how many jobs a call takes, and how long a job waits for others
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder batchHandler(BatchHandler<?> handler, BatchOptions batch) {
      return batchHandler(handler, batch, HandlerOptions.asAnnotated());
    }

    /**
     * Adds a handler that takes several jobs in one call, with settings that override its
     * annotation. Its timeout is that of a call, its concurrency bounds calls at once.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder batchHandler(
        BatchHandler<?> handler, BatchOptions batch, HandlerOptions handlerOptions) {
      handlers.addBatch(null, handler, batch, handlerOptions);
      return this;
    }

    /**
     * Adds a handler that takes several jobs of a payload class in one call; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P> Builder batchHandler(Class<P> payload, BatchOptions batch, BatchHandler<P> handler) {
      return batchHandler(payload, batch, HandlerOptions.asAnnotated(), handler);
    }

    /**
     * Adds a handler that takes several jobs of a payload class in one call, with settings; it may
     * be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P> Builder batchHandler(
        Class<P> payload,
        BatchOptions batch,
        HandlerOptions handlerOptions,
        BatchHandler<P> handler) {
      handlers.addBatch(Objects.requireNonNull(payload, "payload"), handler, batch, handlerOptions);
      return this;
    }

    /**
     * Adds a handler class that takes several jobs in one call, with settings; the {@link #factory}
     * makes one for each call.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder batchHandlerClass(
        Class<? extends BatchHandler<?>> handlerClass,
        BatchOptions batch,
        HandlerOptions handlerOptions) {
      handlers.addBatchClass(
          Objects.requireNonNull(handlerClass, "handlerClass"),
          batch,
          handlerOptions,
          () -> factory);
      needsFactory = true;
      return this;
    }

    /**
     * Adds a flow, as annotated: its jobs are runs that go through durable steps.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder flow(FlowHandler<?, ?> handler) {
      return flow(handler, HandlerOptions.asAnnotated());
    }

    /**
     * Adds a flow with settings that override its annotation. Its timeout is that of one call of
     * the handler, between two suspensions; its retry policy is for failures outside of steps.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder flow(FlowHandler<?, ?> handler, HandlerOptions handlerOptions) {
      return flow(handler, handlerOptions, FlowOptions.defaults());
    }

    /**
     * Adds a flow with settings, and with how its runs are kept.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder flow(
        FlowHandler<?, ?> handler, HandlerOptions handlerOptions, FlowOptions flowOptions) {
      handlers.addFlow(null, handler, handlerOptions, flowOptions);
      return this;
    }

    /**
     * Adds a flow for a payload class; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P, R> Builder flow(Class<P> payload, FlowHandler<P, R> handler) {
      return flow(payload, HandlerOptions.asAnnotated(), FlowOptions.defaults(), handler);
    }

    /**
     * Adds a flow for a payload class, with settings; it may be a lambda.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public <P, R> Builder flow(
        Class<P> payload,
        HandlerOptions handlerOptions,
        FlowOptions flowOptions,
        FlowHandler<P, R> handler) {
      handlers.addFlow(
          Objects.requireNonNull(payload, "payload"), handler, handlerOptions, flowOptions);
      return this;
    }

    /**
     * Adds a flow class, with settings; the {@link #factory} makes one for each call.
     *
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}
     */
    public Builder flowClass(
        Class<? extends FlowHandler<?, ?>> handlerClass,
        HandlerOptions handlerOptions,
        FlowOptions flowOptions) {
      handlers.addFlowClass(
          Objects.requireNonNull(handlerClass, "handlerClass"),
          handlerOptions,
          flowOptions,
          () -> factory);
      needsFactory = true;
      return this;
    }

    /** Sets what makes the handlers added with {@link #handlerClass}. Default none. */
    public Builder factory(HandlerFactory handlerFactory) {
      factory = Objects.requireNonNull(handlerFactory, "handlerFactory");
      return this;
    }

    /**
     * Adds a handler class, as annotated; the {@link #factory} makes one for each attempt.
     *
     * @param handlerClass implements JobHandler or ResultHandler
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}, or if it implements neither
     */
    public Builder handlerClass(Class<?> handlerClass) {
      return handlerClass(handlerClass, HandlerOptions.asAnnotated());
    }

    /**
     * Adds a handler class with settings; the {@link #factory} makes one for each attempt.
     *
     * @param handlerClass implements JobHandler or ResultHandler
     * @throws InvalidHandlerException as {@link #handler(JobHandler)}, or if it implements neither
     */
    public Builder handlerClass(Class<?> handlerClass, HandlerOptions handlerOptions) {
      handlers.addClass(
          Objects.requireNonNull(handlerClass, "handlerClass"), handlerOptions, () -> factory);
      needsFactory = true;
      return this;
    }

    /**
     * Reads a queue with slots of its own. Without any queue, the worker reads the queues of its
     * handlers' job types, each with 10 slots.
     *
     * @param name the queue
     * @param concurrency attempts at once in this worker, 1 to 10,000
     * @throws InvalidHandlerException if the concurrency is out of range
     * @throws dev.holdfast.job.InvalidNameException if it is no queue name
     */
    public Builder queue(String name, int concurrency) {
      return queues(concurrency, QueueOrder.strict(name));
    }

    /**
     * Reads several queues that share slots.
     *
     * @param concurrency attempts at once over all of them in this worker, 1 to 10,000
     * @param order which queue comes first
     * @throws InvalidHandlerException if the concurrency is out of range
     */
    public Builder queues(int concurrency, QueueOrder order) {
      Objects.requireNonNull(order, "order");
      if (concurrency < 1 || concurrency > MOST_SLOTS) {
        throw new InvalidHandlerException(
            "the concurrency of "
                + order.queues()
                + " is "
                + concurrency
                + "; it must be 1 to 10,000");
      }
      shares.add(new WorkerPlan.Share(order, concurrency));
      return this;
    }

    /** Sets the worker's options. Default {@link WorkerOptions#defaults()}. */
    public Builder options(WorkerOptions workerOptions) {
      options = Objects.requireNonNull(workerOptions, "workerOptions");
      return this;
    }

    /**
     * Declares the schedules of an application when the worker starts, with those that its handlers
     * declare by {@code @Recurring}: what the application declared before and does not any more is
     * removed. Without this call no schedule is touched. Called again for the same application, it
     * adds to the set.
     *
     * <p>Each application has one set. Workers that declare different sets under one name remove
     * each other's schedules.
     *
     * @param name the application, 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}
     * @param set its schedules; may be empty
     * @throws dev.holdfast.job.InvalidNameException if the name is none
     * @throws InvalidHandlerException if another application was named before
     */
    public Builder schedules(String name, Collection<Schedule> set) {
      String before = application;
      if (before != null && !before.equals(name)) {
        throw new InvalidHandlerException(
            "the worker declares the schedules of application "
                + before
                + "; it cannot declare those of "
                + name
                + ", too");
      }
      application = Naming.name("application name", name);
      schedules.addAll(set);
      return this;
    }

    /**
     * Subscribes a job type whose handler was added before to an event type: each event becomes a
     * job of this type, whose payload is read from the event's JSON. The subscription is stored
     * when the worker starts, and stays until it is taken back with {@code Events.unsubscribe}. On
     * a handler's class, {@code @Subscribes} does the same.
     *
     * @param event the event's class, annotated with {@code EventType}
     * @param as the job type, which is the subscriber's name, too
     * @param queue the queue of the jobs
     * @throws InvalidHandlerException if no handler of the type was added, the class is no event,
     *     or the type is subscribed to it already
     */
    public Builder subscribe(Class<?> event, String as, String queue) {
      handlers.subscribe(
          Objects.requireNonNull(event, "event"),
          Objects.requireNonNull(as, "as"),
          Objects.requireNonNull(queue, "queue"));
      return this;
    }

    /** Adds an interceptor, inside those added before. Default none. */
    public Builder interceptor(AttemptInterceptor interceptor) {
      interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /**
     * Starts the worker. Returns at once: an engine that is away is waited for.
     *
     * @throws InvalidHandlerException if there is no handler, handler classes have no factory,
     *     virtual threads are asked for where there are none, {@code 2 reapPeriod + reapJitter +
     *     the engine's reconnect cap} is more than {@code lease - extendPeriod}, or a batch handler
     *     waits longer than {@code extendPeriod} or meets an interceptor that is no {@link
     *     dev.holdfast.worker.BatchInterceptor}
     * @throws dev.holdfast.schedule.InvalidScheduleException if a {@code @Recurring} says what
     *     cannot be, or two schedules have one name in one queue
     * @throws IllegalStateException if this builder has started a worker before
     */
    public Worker start() {
      if (started) {
        throw new IllegalStateException("this builder has started its worker; build another one");
      }
      if (needsFactory && factory == null) {
        throw new InvalidHandlerException(
            "handlerClass(…) needs factory(…): what makes the handlers is not set");
      }
      WorkerPlan plan =
          new WorkerPlan(
              holdfast.engine(),
              holdfast.codec(),
              holdfast.envelopes(),
              holdfast.options().meters(),
              holdfast.options().clock(),
              options,
              handlers,
              shares,
              interceptors,
              holdfast.options().queueBound(),
              declaration(),
              holdfast.outlet());
      holdfast.requireOpen();
      Worker worker = new Worker(holdfast, options, WorkerRuntime.start(plan));
      started = true;
      holdfast.started(worker);
      return worker;
    }

    /**
     * Checks all schedules now, so that what is wrong is thrown from here; null if none are set.
     */
    private @Nullable Runnable declaration() {
      String owner = application;
      if (owner == null) {
        if (!handlers.recurrences().isEmpty()) {
          throw new InvalidHandlerException(
              "handler "
                  + handlers.recurrences().get(0).handler()
                  + " is @Recurring: name the application whose schedules these are, with"
                  + " schedules(\"…\", List.of())");
        }
        return null;
      }
      ScheduleWriter writer = holdfast.scheduleWriter();
      List<ScheduleWriter.Prepared> set = new ArrayList<>();
      schedules.forEach(schedule -> set.add(writer.prepare(schedule)));
      handlers.recurrences().forEach(recurrence -> set.add(writer.prepare(recurrence)));
      ScheduleWriter.requireDistinct(set);
      return () -> {
        DeclareResult result = writer.declare(owner, set);
        if (!result.unchanged()) {
          log.info("application {} has declared its schedules: {}", owner, result);
        }
      };
    }
  }
}
