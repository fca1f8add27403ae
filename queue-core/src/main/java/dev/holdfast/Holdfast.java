package dev.holdfast;

import dev.holdfast.batch.Batches;
import dev.holdfast.deadletter.DeadLetterQueue;
import dev.holdfast.event.Events;
import dev.holdfast.flow.FlowRuns;
import dev.holdfast.flow.Outlet;
import dev.holdfast.job.ClosedException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobStatus;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.JacksonCodec;
import dev.holdfast.schedule.Schedules;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Control;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The door of an application to its queues: enqueue jobs, look at them, operate them.
 *
 * <pre>{@code
 * try (Holdfast holdfast = Holdfast.on(RedisEngine.connect("redis://localhost:6379"))) {
 *   Enqueued enqueued = holdfast.enqueue(new SendWelcome(7, "fr"));
 *   holdfast.status(enqueued.id());
 * }
 * }</pre>
 *
 * <p><b>Promise.</b> Once {@code enqueue} has returned, the job is in its queue and is attempted at
 * least once. Nothing is buffered in memory: what could not be enqueued is reported and is the
 * caller's to keep. A call is validated whole before anything is sent.
 *
 * <p>One instance serves an application; safe for use by many threads. It takes over the engine it
 * is given: {@link #close()} closes it. After that every call throws {@code ClosedException}.
 *
 * <p>Every method that asks the engine may throw {@code EngineUnavailableException} (no answer) or
 * {@code QueueCorruptException} (this queue cannot be used; others can).
 */
public final class Holdfast implements AutoCloseable {
  private final Engine engine;
  private final HoldfastOptions options;
  private final Codec codec;
  private final EnvelopeJson envelopes = new EnvelopeJson();
  private final JobViews views = new JobViews(envelopes);
  private final CompletionThreads completions = new CompletionThreads();
  private final Enqueuer enqueuer;
  private final ListEnqueuer lists;
  private final ScheduleWriter scheduleWriter;
  private final Schedules schedules;
  private final EngineEvents events;
  private final Batches batches;
  private final FlowRuns runs;
  private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Holdfast(Engine engine, HoldfastOptions options) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    Codec given = options.codec();
    this.codec = given == null ? JacksonCodec.strict() : given;
    this.enqueuer = new Enqueuer(engine, options, codec, envelopes, completions);
    this.lists = new ListEnqueuer(enqueuer);
    this.scheduleWriter = new ScheduleWriter(engine, options, codec, envelopes);
    this.schedules =
        new EngineSchedules(engine, options, envelopes, scheduleWriter, this::requireOpen);
    this.events = new EngineEvents(engine, options, enqueuer, this::requireOpen);
    this.batches = new EngineBatches(engine, enqueuer, lists, this::requireOpen);
    this.runs = new EngineFlowRuns(engine, this::control, enqueuer, views);
  }

  /** Opens the door to the queues of an engine, which it takes over, with all defaults. */
  public static Holdfast on(Engine engine) {
    return on(engine, HoldfastOptions.defaults());
  }

  /** Opens the door to the queues of an engine, which it takes over. */
  public static Holdfast on(Engine engine, HoldfastOptions options) {
    return new Holdfast(engine, options);
  }

  /**
   * Enqueues a job for now, in the queue of its type.
   *
   * @see #enqueue(Object, EnqueueOptions)
   */
  public Enqueued enqueue(Object payload) {
    return enqueue(payload, EnqueueOptions.defaults());
  }

  /**
   * Enqueues a job. One round trip; waits at most the deadline of {@link
   * HoldfastOptions#enqueueDeadline}, within which a lost answer is asked for again.
   *
   * @param payload an object of a class annotated with {@code JobType}; written as JSON, at most
   *     256 KiB by default
   * @param options how it is enqueued
   * @return the job: added by this call, or there before by its id or idempotency key
   * @throws dev.holdfast.job.InvalidJobException if the payload is null, its class has no valid
   *     {@code JobType}, or the options contradict each other; nothing was sent
   * @throws dev.holdfast.job.PayloadException if no JSON can be made of it within the limits;
   *     nothing was sent
   * @throws dev.holdfast.job.QueueFullException if the queue is at its bound; nothing was added
   * @throws dev.holdfast.job.EngineUnavailableException if the engine did not answer in time;
   *     nothing was written
   * @throws dev.holdfast.job.OutcomeUnknownException if no answer came in time, or the thread was
   *     interrupted (the interrupt is kept): the job may be in its queue. The exception carries the
   *     id to enqueue again with {@link EnqueueOptions#retryOf}
   */
  public Enqueued enqueue(Object payload, EnqueueOptions options) {
    requireOpen();
    return enqueuer.send(enqueuer.prepare(payload, options));
  }

  /**
   * Enqueues a job for now without waiting for the answer.
   *
   * @see #enqueueAsync(Object, EnqueueOptions)
   */
  public CompletableFuture<Enqueued> enqueueAsync(Object payload) {
    return enqueueAsync(payload, EnqueueOptions.defaults());
  }

  /**
   * Enqueues a job without waiting for the answer. The payload is checked and written as JSON
   * before this returns, and what is wrong with it is thrown from here, as by {@link
   * #enqueue(Object, EnqueueOptions)}; the future tells what the engine made of it.
   *
   * <p>At most 10,000 jobs are on their way at once: from then on this waits for room, as long as
   * the deadline at most.
   *
   * @return completed on a thread of Holdfast's own, never on one of the engine; exceptionally with
   *     what {@code enqueue} would throw. Cancelling it does not take the job back.
   */
  public CompletableFuture<Enqueued> enqueueAsync(Object payload, EnqueueOptions options) {
    requireOpen();
    return enqueuer.sendAsync(enqueuer.prepare(payload, options));
  }

  /**
   * Enqueues many jobs for now.
   *
   * @see #enqueueAll(List, EnqueueOptions)
   */
  public List<EnqueueResult> enqueueAll(List<?> jobs) {
    return enqueueAll(jobs, EnqueueOptions.defaults());
  }

  /**
   * Enqueues many jobs. All are checked before the first is sent. Each job is then wholly present
   * or absent; the list as a whole is not one transaction.
   *
   * <p>Costs one round trip per 100 jobs or 1 MiB, several at once. Once the engine did not answer
   * within the deadline, what is left is not sent, and rejected.
   *
   * @param jobs payloads, or {@link JobRequest}s with options of their own
   * @param common the options of the elements that are no {@code JobRequest}; may name neither an
   *     idempotency key nor an id to retry, which belong to one job
   * @return what became of each job, in the order given; when the thread is interrupted (the
   *     interrupt is kept), the jobs that wait for an answer are unknown
   * @throws dev.holdfast.job.InvalidJobException if any element is invalid; the message names each
   *     by its index; nothing was sent
   * @throws dev.holdfast.job.PayloadException if no JSON can be made of an element; nothing was
   *     sent
   */
  public List<EnqueueResult> enqueueAll(List<?> jobs, EnqueueOptions common) {
    requireOpen();
    return lists.sendAll(lists.prepareAll(jobs, common));
  }

  /**
   * Enqueues a job for now once the caller's transaction has committed.
   *
   * @see #enqueueAfterCommit(Object, EnqueueOptions)
   */
  public JobId enqueueAfterCommit(Object payload) {
    return enqueueAfterCommit(payload, EnqueueOptions.defaults());
  }

  /**
   * Enqueues a job once the caller's transaction has committed, never if it rolls back; at once if
   * the thread is in none. The payload is checked and written as JSON now.
   *
   * <p>A process that dies between the commit and the enqueue loses the job, and an engine that is
   * away then makes the error reach whoever runs the transaction's callbacks (it is logged, too). A
   * job that must not be lost goes through an outbox in the transaction itself.
   *
   * @return the id the job will have; with an idempotency key that is taken, no job gets this id
   * @throws dev.holdfast.job.InvalidJobException as {@code enqueue}, or if {@link
   *     HoldfastOptions#transactionBoundary} is not set, so that nothing knows of transactions
   */
  public JobId enqueueAfterCommit(Object payload, EnqueueOptions options) {
    requireOpen();
    Enqueuer.Prepared prepared = enqueuer.prepare(payload, options);
    enqueuer.sendAfterCommit(prepared);
    return prepared.id();
  }

  /** Tells how a job stands; empty if it is not known. One round trip. */
  public Optional<JobStatus> status(JobId id) {
    QueueRef queue = QueueRef.of(id);
    return control().find(queue, id.key()).map(job -> views.status(queue, job));
  }

  /**
   * Reads the result a {@code ResultHandler} returned; empty if the job is not known, has not
   * succeeded or returned none. Kept as long as the job is, one hour by default. One round trip.
   *
   * @throws dev.holdfast.job.PayloadException if what is stored does not fit the class
   */
  public <R> Optional<R> result(JobId id, Class<R> type) {
    Objects.requireNonNull(type, "type");
    Optional<byte[]> stored = control().find(QueueRef.of(id), id.key()).map(StoredJob::result);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    @SuppressWarnings("unchecked") // The codec read that class; Class.cast refuses int.class.
    R result = (R) codec.decode("result of job " + id, stored.get(), type);
    return Optional.of(result);
  }

  /** Ends a waiting job, or asks that a running one ends. One round trip; safe to repeat. */
  public CancelResult cancel(JobId id) {
    Control.ActReply reply = control().cancel(QueueRef.of(id), id.key(), options.retention());
    return switch (reply) {
      case DONE -> CancelResult.CANCELLED;
      case REQUESTED, ACTIVE -> CancelResult.REQUESTED;
      case ENDED -> CancelResult.ALREADY_ENDED;
      case NOT_FOUND -> CancelResult.NOT_FOUND;
      case NOT_APPLICABLE, MISSING, ON_RETURN, KEY_TAKEN ->
          throw new IllegalStateException("the engine answered the cancel of " + id + ": " + reply);
    };
  }

  /**
   * One queue, to look at and to operate. No round trip: the queue need not exist yet.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public JobQueue queue(String name) {
    requireOpen();
    return new EngineJobQueue(QueueRef.of(name), this::control, views);
  }

  /**
   * The dead letters of one queue. No round trip.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no queue name
   */
  public DeadLetterQueue deadLetters(String queue) {
    requireOpen();
    return new EngineDeadLetterQueue(QueueRef.of(queue), this::control, views);
  }

  /** The schedules: what enqueues jobs again and again by itself. No round trip. */
  public Schedules schedules() {
    requireOpen();
    return schedules;
  }

  /** Events: publish them, and see who hears of them. No round trip. */
  public Events events() {
    requireOpen();
    return events;
  }

  /** Batches: jobs that belong together, and what follows when they have ended. No round trip. */
  public Batches batches() {
    requireOpen();
    return batches;
  }

  /** The runs of flows: see how they stand, and have them go on another way. No round trip. */
  public FlowRuns runs() {
    requireOpen();
    return runs;
  }

  /**
   * Closes the workers that still run here (each drains), then the engine, and ends the threads
   * that complete futures. Idempotent.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        // Together, so that several drains take no longer than one.
        workers.parallelStream().forEach(Worker::close);
        engine.close();
      } finally {
        completions.close();
      }
    }
  }

  void requireOpen() {
    if (closed.get()) {
      throw new ClosedException("this Holdfast on " + engine.describe() + " is closed");
    }
  }

  private Control control() {
    requireOpen();
    return engine.control();
  }

  /** Remembers a worker, so that it does not outlive the engine it works on. */
  void started(Worker worker) {
    workers.add(worker);
    if (closed.get()) {
      worker.close();
    }
  }

  /** Forgets a worker that has closed. */
  void ended(Worker worker) {
    workers.remove(worker);
  }

  /** Where runs enqueue jobs and publish events. */
  Outlet outlet() {
    return new EngineOutlet(enqueuer, events);
  }

  /** What checks and writes schedules. */
  ScheduleWriter scheduleWriter() {
    return scheduleWriter;
  }

  /** The engine, for the worker; not guarded against use after close. */
  Engine engine() {
    return engine;
  }

  /** The options. */
  HoldfastOptions options() {
    return options;
  }

  /** What writes and reads payloads, results and checkpoints. */
  Codec codec() {
    return codec;
  }

  /** What writes and reads envelopes. */
  EnvelopeJson envelopes() {
    return envelopes;
  }
}
