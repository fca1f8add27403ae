package dev.holdfast.worker;

import dev.holdfast.batch.BatchOrder;
import dev.holdfast.event.EventTypes;
import dev.holdfast.event.Events;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.spi.QueueRef;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker that runs: builds its actors, starts them, tells how they are, and drains them. */
public final class WorkerRuntime implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerRuntime.class);
  private static final int DEFAULT_SLOTS = 10;

  /** Of the queue that events go through, unless the worker is given others. */
  private static final int EVENT_SLOTS = 4;

  private final WorkerPlan plan;
  private final String name;
  private final HandlerThreads threads;
  private final Map<String, ServedQueue> queues = new LinkedHashMap<>();
  private final List<ClaimLoop> claimLoops = new ArrayList<>();
  private final BellListener bells;
  private final LeaseKeeper leases;
  private final TimeoutWatch timeouts;
  private final Housekeeper housekeeper;
  private final Ticker ticker;
  private final Courier courier;
  private final AttemptLines lines;
  private final Settler settler;
  private final AtomicInteger stuck = new AtomicInteger();

  /** One object, so that the meters can give it back. */
  private final Supplier<Number> stuckThreads = stuck::get;

  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Written by start, before any other thread can know the worker. */
  private volatile @Nullable Thread shutdownHook;

  private WorkerRuntime(WorkerPlan plan) {
    this.plan = plan;
    String given = plan.options().name();
    this.name = given == null ? hostAndProcess() : given;
    registerOurs(plan);
    this.threads = HandlerThreads.of(plan.options().threads(), name);
    this.lines = new AttemptLines(plan.options().attemptLog());
    this.settler = new Settler(new OutcomeRules(plan.clock(), ThreadRandom.INSTANCE), lines, stuck);
    List<WorkerPlan.Share> shares = shares(plan);
    for (WorkerPlan.Share share : shares) {
      for (String queue : share.order().queues()) {
        queues.computeIfAbsent(queue, each -> new ServedQueue(QueueRef.of(each)));
      }
    }
    List<ServedQueue> all = List.copyOf(queues.values());
    this.bells = new BellListener(plan.engine(), name, plan.options().blockTime(), all);
    this.leases = new LeaseKeeper(plan, name, all);
    this.housekeeper = new Housekeeper(plan, name, all, leases::soon);
    this.ticker = new Ticker(plan, name, all);
    this.courier = new Courier(plan, name);
    this.timeouts = new TimeoutWatch(plan, name, all, settler);
    AttemptRunner runner = new AttemptRunner(plan, lines, settler, threads);
    SuspectGate suspects = new SuspectGate();
    for (WorkerPlan.Share share : shares) {
      for (int slots : Pool.split(share.slots())) {
        claimLoops.add(claimLoop(share.order(), slots, suspects, runner));
      }
    }
  }

  /**
   * Checks the plan and starts the worker. Sends nothing itself: a store that is away is waited
   * for.
   *
   * @throws InvalidHandlerException if there is no handler, the periods do not fit each other and
   *     the engine, or virtual threads are asked for where there are none
   */
  public static WorkerRuntime start(WorkerPlan plan) {
    if (!reads(plan.shares(), Events.QUEUE)) {
      plan.handlers().requireSome();
    }
    plan.handlers().requireFit(plan.options(), plan.interceptors());
    checkPeriods(plan.options(), plan.engine().reconnectCap());
    WorkerRuntime runtime = new WorkerRuntime(plan);
    try {
      runtime.start();
    } catch (Throwable t) {
      // No thread could be made, say: nobody else could end what has been started.
      runtime.close();
      throw t;
    }
    return runtime;
  }

  /**
   * A worker that lost the engine must be able to come back and extend before anybody reaps: the
   * reaper's grace begins when its last reap is older than 2R + J, so all that and the reconnecting
   * must fit into what is left of a lease that was due for extension.
   */
  static void checkPeriods(WorkerOptions options, Duration reconnectCap) {
    Duration needed =
        options.reapPeriod().multipliedBy(2).plus(options.reapJitter()).plus(reconnectCap);
    Duration spare = options.lease().minus(options.extendPeriod());
    if (needed.compareTo(spare) > 0) {
      throw new InvalidHandlerException(
          "the periods do not fit: 2 x reapPeriod "
              + options.reapPeriod()
              + " + reapJitter "
              + options.reapJitter()
              + " + the engine's reconnect cap "
              + reconnectCap
              + " = "
              + needed
              + " is more than lease "
              + options.lease()
              + " - extendPeriod "
              + options.extendPeriod()
              + " = "
              + spare
              + "; make the lease longer or the reap period shorter, or live attempts could be"
              + " reaped after an outage");
    }
  }

  private static List<WorkerPlan.Share> shares(WorkerPlan plan) {
    List<WorkerPlan.Share> shares = new ArrayList<>(plan.shares());
    if (shares.isEmpty()) {
      Set<String> own = new LinkedHashSet<>();
      plan.handlers().all().forEach(handler -> own.add(handler.queue()));
      own.addAll(plan.handlers().subscriptions().queues());
      own.forEach(
          queue -> shares.add(new WorkerPlan.Share(QueueOrder.strict(queue), DEFAULT_SLOTS)));
    }
    if (plan.handlers().handsEventsOn() && !reads(shares, Events.QUEUE)) {
      shares.add(new WorkerPlan.Share(QueueOrder.strict(Events.QUEUE), EVENT_SLOTS));
    }
    return shares;
  }

  private static boolean reads(List<WorkerPlan.Share> shares, String queue) {
    return shares.stream().anyMatch(share -> share.order().queues().contains(queue));
  }

  /** What every worker handles beside its user's jobs, in whatever queue it reads. */
  private static void registerOurs(WorkerPlan plan) {
    OwnJobs jobs = new OwnJobs(plan);
    plan.handlers().addOurs(EventTypes.JOB, Events.QUEUE, new EventFanOut(plan, jobs));
    plan.handlers().addOurs(BatchOrder.JOB, "", new BatchLeader(plan, jobs));
  }

  private ClaimLoop claimLoop(
      QueueOrder order, int slots, SuspectGate suspects, AttemptRunner runner) {
    int index = claimLoops.size();
    Pool pool = new Pool(slots);
    String prefix = consumerPrefix();
    Supplier<String> ids = () -> prefix + "-" + randomPart() + "-" + index;
    List<QueueTurns> turns = new ArrayList<>();
    for (String queueName : order.queues()) {
      ServedQueue queue = queues.get(queueName);
      if (queue == null) {
        throw new IllegalStateException("queue " + queueName + " is not known");
      }
      Consumer consumer =
          new Consumer(
              queue,
              pool,
              suspects,
              plan.meters(),
              lines,
              type -> plan.handlers().find(type) != null);
      pool.add(consumer);
      queue.add(consumer);
      turns.add(
          new QueueTurns(
              consumer,
              plan,
              suspects,
              ids,
              (job, refused) -> threads.execute(() -> runner.run(job), refused),
              housekeeper::wake,
              leases::soon,
              courier::untold));
    }
    return new ClaimLoop(
        name + "-claims-" + index,
        pool,
        order,
        new QueuePicker(order, ThreadRandom.INSTANCE),
        turns,
        bells);
  }

  private void start() {
    for (RegisteredHandler handler : plan.handlers().all()) {
      if (!queues.containsKey(handler.queue())) {
        log.warn(
            "{}: handler {} is for job type {}, whose queue {} this worker does not read",
            name,
            handler.name(),
            handler.type(),
            handler.queue());
      }
      warnOfFewSlots(handler);
    }
    if (plan.options().closeOnShutdown()) {
      Thread hook = new Thread(this::close, name + "-shutdown");
      try {
        Runtime.getRuntime().addShutdownHook(hook);
        shutdownHook = hook;
      } catch (IllegalStateException e) {
        throw new IllegalStateException("worker " + name + " cannot start: the JVM shuts down", e);
      }
    }
    for (ServedQueue queue : queues.values()) {
      plan.meters().watch(queue.ref().name(), () -> plan.engine().control().stats(queue.ref()));
    }
    plan.meters().stuck(stuckThreads);
    log.info(
        "{} starts: queues {}, {} slots, {} threads, store {}",
        name,
        queues.keySet(),
        claimLoops.stream().mapToInt(each -> each.pool().slots()).sum(),
        threads.areVirtual() ? "virtual" : "platform",
        plan.engine().describe());
    leases.loop().start();
    timeouts.loop().start();
    bells.loop().start();
    housekeeper.loop().start();
    ticker.loop().start();
    courier.loop().start();
    claimLoops.forEach(each -> each.loop().start());
  }

  private void warnOfFewSlots(RegisteredHandler handler) {
    ServedQueue queue = queues.get(handler.queue());
    if (queue != null && handler.code() instanceof RegisteredHandler.Batch batch) {
      int slots = queue.consumers().stream().mapToInt(each -> each.pool().slots()).sum();
      if (slots < batch.options().maxItems()) {
        log.warn(
            "{}: handler {} takes batches of {}, and queue {} has {} slots: no batch will be larger"
                + " than that",
            name,
            handler.name(),
            batch.options().maxItems(),
            handler.queue(),
            slots);
      }
    }
  }

  /** The worker's name. */
  public String name() {
    return name;
  }

  /** How the worker is now. Asks nobody; may be called often. */
  public WorkerHealth health() {
    List<Loop> loops = new ArrayList<>(List.of(leases.loop(), timeouts.loop(), bells.loop()));
    loops.add(housekeeper.loop());
    loops.add(ticker.loop());
    loops.add(courier.loop());
    claimLoops.forEach(each -> loops.add(each.loop()));
    return HealthReport.of(
        closing.get(), loops, List.copyOf(queues.values()), stuck.get(), plan.options());
  }

  /**
   * Drains the worker and waits for the end of what it started; see {@code Drain} for the steps.
   * The second call waits for the first.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      awaitClosed();
      return;
    }
    try {
      new Drain(
              name,
              plan.options(),
              claimLoops,
              bells,
              housekeeper,
              ticker,
              courier,
              leases,
              timeouts,
              settler)
          .run();
      threads.close();
      queues.values().forEach(queue -> plan.meters().unwatch(queue.ref().name()));
      plan.meters().unstuck(stuckThreads);
      removeHook();
    } finally {
      closed.countDown();
    }
  }

  private void awaitClosed() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void removeHook() {
    Thread hook = shutdownHook;
    if (hook != null && hook != Thread.currentThread()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        log.debug("{}: the JVM shuts down already", name);
      }
    }
  }

  /** The name as far as it may stand in a consumer's id, which has at most 64 characters. */
  private String consumerPrefix() {
    return name.length() > 40 ? name.substring(0, 40) : name;
  }

  private static String randomPart() {
    return Long.toString(ThreadLocalRandom.current().nextLong(1L << 45, 1L << 50), 32);
  }

  private static String hostAndProcess() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "worker";
    }
    String clean = host.replaceAll("[^A-Za-z0-9._-]", "-");
    clean = clean.length() > 30 ? clean.substring(0, 30) : clean;
    return (clean.isEmpty() ? "worker" : clean) + "-" + ProcessHandle.current().pid();
  }
}
