package dev.holdfast;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.IdempotencyConflictException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Priority;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.JacksonCodec;
import dev.holdfast.json.PayloadDigest;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks and encodes jobs, hands them to the engine and waits for its answers. Two steps, never
 * mixed: {@link #prepare} touches nothing outside, so that invalid input is refused before anything
 * is sent; sending takes prepared jobs only.
 */
final class Enqueuer {
  private static final Logger LOG = LoggerFactory.getLogger(Enqueuer.class);

  /** The engine keeps its deadline itself; this is for one that does not. */
  private static final Duration MARGIN = Duration.ofMillis(500);

  private final Engine engine;
  private final HoldfastOptions options;
  private final Codec codec;
  private final EnvelopeJson envelopes;
  private final CompletionThreads completions;
  private final Listening listening;
  private final List<EnqueueInterceptor> interceptors = new ArrayList<>();
  // Safe for use by many threads, and different in every process, restored snapshots included.
  private final JobKeys keys;

  Enqueuer(
      Engine engine,
      HoldfastOptions options,
      Codec codec,
      EnvelopeJson envelopes,
      CompletionThreads completions) {
    this.engine = engine;
    this.options = options;
    this.codec = codec;
    this.envelopes = envelopes;
    this.completions = completions;
    this.listening = new Listening(engine);
    this.keys = new JobKeys(options.clock(), new SecureRandom());
    interceptors.add(new MdcCorrelation());
    interceptors.addAll(options.enqueueInterceptors());
  }

  /** What makes events reach runs that listen. */
  Listening listening() {
    return listening;
  }

  /** A job that is checked, encoded and named, and not sent. */
  record Prepared(JobId id, QueueRef queue, NewJob job) {
    /**
     * The same job under a given id, if it is not there yet.
     *
     * @param ofParent the job that is told when it ends, or null
     * @param bare whether that is told how it ended only
     * @throws InvalidJobException if it has a parent, and a key that could answer another job
     */
    Prepared under(JobId given, @Nullable JobId ofParent, boolean bare) {
      if (ofParent != null && (job.idempotency() != null || job.unique() != null)) {
        throw new InvalidJobException(
            "job "
                + given
                + " has "
                + (job.unique() != null ? "a unique key" : "an idempotency key")
                + ", and another waits for its end: with the key a job could be answered that is"
                + " not waited for. Nothing was sent");
      }
      NewJob.Ties ties = job.ties();
      if (ofParent != null) {
        List<String> subjects = ties == null ? List.of() : ties.subjects();
        ties = new NewJob.Ties(subjects, ofParent.toString(), bare);
      }
      NewJob tied =
          new NewJob(
              given.key(),
              job.type(),
              job.priority(),
              job.start(),
              job.idempotency(),
              job.unique(),
              job.limitKey(),
              job.cost(),
              ties,
              true,
              job.envelope());
      return new Prepared(given, QueueRef.of(given), tied);
    }
  }

  /** Checks and encodes one job. */
  Prepared prepare(@Nullable Object payload, @Nullable EnqueueOptions given) {
    if (payload == null) {
      throw new InvalidJobException("payload is null; nothing was sent");
    }
    if (given == null) {
      throw new InvalidJobException("options are null; use EnqueueOptions.defaults()");
    }
    PayloadType type = PayloadType.of(payload.getClass());
    EnqueueOptions how = intercepted(payload, type.type(), given);
    JobId id = id(type, how);
    byte[] json = encode(payload);
    NewJob job =
        new NewJob(
            id.key(),
            type.type(),
            how.priority(),
            start(how),
            idempotency(how, json),
            how.unique(),
            how.limitKey(),
            how.cost(),
            ties(payload.getClass(), type, how, json),
            how.retryOf() != null,
            enveloped(json, how));
    return new Prepared(id, QueueRef.of(id), job);
  }

  /** The options as the interceptors leave them. */
  EnqueueOptions intercepted(Object payload, String type, EnqueueOptions given) {
    EnqueueOptions how = given;
    for (EnqueueInterceptor interceptor : interceptors) {
      how = interceptor.beforeEnqueue(payload, type, how);
      if (how == null) {
        throw new InvalidJobException(
            "the enqueue interceptor " + interceptor.getClass().getName() + " returned null");
      }
    }
    return how;
  }

  /** A payload as JSON, checked. */
  byte[] encode(Object payload) {
    byte[] json = codec.encode("payload", payload);
    if (!(codec instanceof JacksonCodec)) {
      envelopes.requireValue("payload of " + payload.getClass().getName(), json);
    }
    return json;
  }

  /** The encoded envelope of a payload. */
  byte[] enveloped(byte[] json, EnqueueOptions how) {
    return envelopes.encode(
        new Envelope(
            Envelope.VERSION,
            json,
            how.correlationId(),
            how.traceparent(),
            how.headers(),
            Map.of()));
  }

  /**
   * A job of ours: its payload is no object of the user's, and its type no class's.
   *
   * @param name its idempotency key, or null
   */
  Prepared own(String queue, String type, NewJob.@Nullable Idempotency name, byte[] envelope) {
    JobId id = nextId(queue);
    NewJob job =
        new NewJob(id.key(), type, Priority.NORMAL, NewJob.Start.NOW, name, false, envelope);
    return new Prepared(id, QueueRef.of(id), job);
  }

  /** A new id in a queue. */
  JobId nextId(String queue) {
    return new JobId(queue, 0, keys.next());
  }

  private static NewJob.@Nullable Ties ties(
      Class<?> payload, PayloadType type, EnqueueOptions how, byte[] json) {
    if (type.awaits().isEmpty()) {
      return null;
    }
    if (how.unique() instanceof Uniqueness.Debounce
        || how.unique() instanceof Uniqueness.KeepLatest) {
      throw new InvalidJobException(
          payload.getName()
              + " has @Awaits and is enqueued with a "
              + (how.unique() instanceof Uniqueness.Debounce ? "debounce" : "keep-latest")
              + " key: the run that waits would get another payload, and go on listening for what"
              + " the first one said. Use another uniqueness. Nothing was sent");
    }
    return new NewJob.Ties(type.subjects(payload, json), null, false);
  }

  private JobId id(PayloadType type, EnqueueOptions how) {
    JobId retried = how.retryOf();
    String queue = how.queue();
    if (retried == null) {
      return nextId(queue == null ? type.queue() : queue);
    }
    if (queue != null && !queue.equals(retried.queue())) {
      throw new InvalidJobException(
          "job " + retried + " is retried in queue " + queue + "; it can only be in its own queue");
    }
    return retried;
  }

  private static NewJob.@Nullable Idempotency idempotency(EnqueueOptions how, byte[] json) {
    String key = how.idempotencyKey();
    return key == null
        ? null
        : new NewJob.Idempotency(
            key, how.idempotencyKept(), PayloadDigest.of(json), how.samePayload());
  }

  private static NewJob.Start start(EnqueueOptions how) {
    if (how.unique() instanceof Uniqueness.Debounce debounce) {
      return new NewJob.Start(debounce.quiet(), null);
    }
    return how.delay() == null && how.instant() == null
        ? NewJob.Start.NOW
        : new NewJob.Start(how.delay(), how.instant());
  }

  /** Sends one job and waits for the answer. */
  Enqueued send(Prepared prepared) {
    CompletableFuture<EnqueueReply> answer = hand(prepared.queue(), List.of(prepared)).get(0);
    try {
      return enqueued(prepared, answer.get(patience().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineErrors.unknown(prepared.id(), "interrupted while waiting for the answer", e);
    } catch (ExecutionException | TimeoutException e) {
      throw EngineErrors.of(prepared, e);
    }
  }

  /** Sends one job; the future is completed on a thread of ours. */
  CompletableFuture<Enqueued> sendAsync(Prepared prepared) {
    CompletableFuture<Enqueued> enqueued = new CompletableFuture<>();
    try {
      if (!completions.enter(options.enqueueDeadline())) {
        enqueued.completeExceptionally(
            EngineErrors.of(
                prepared,
                new EngineUnavailableException(
                    CompletionThreads.PLACES
                        + " async enqueues wait for their answers or for their callers' code; job "
                        + prepared.id()
                        + " was not sent")));
        return enqueued;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      enqueued.completeExceptionally(
          EngineErrors.of(
              prepared,
              new EngineUnavailableException(
                  "interrupted before job " + prepared.id() + " was sent", e)));
      return enqueued;
    }
    CompletableFuture<EnqueueReply> answer;
    try {
      answer = hand(prepared.queue(), List.of(prepared)).get(0);
    } catch (RuntimeException | Error e) {
      completions.leave();
      throw e;
    }
    // A copy: the engine's future is the engine's to complete.
    answer
        .copy()
        .orTimeout(patience().toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (reply, thrown) -> complete(enqueued, prepared, reply, thrown), completions)
        // The copy ends with this; what went wrong is told by the future the caller has.
        .exceptionally(thrown -> null);
    return enqueued;
  }

  private void complete(
      CompletableFuture<Enqueued> enqueued,
      Prepared prepared,
      @Nullable EnqueueReply reply,
      @Nullable Throwable thrown) {
    completions.leave();
    try {
      if (thrown != null) {
        enqueued.completeExceptionally(EngineErrors.of(prepared, thrown));
      } else {
        enqueued.complete(enqueued(prepared, Objects.requireNonNull(reply, "reply")));
      }
    } catch (RuntimeException e) {
      enqueued.completeExceptionally(e);
    }
  }

  /** Sends a job once the caller's transaction has committed; at once if there is none. */
  void sendAfterCommit(Prepared prepared) {
    TransactionBoundary boundary = options.transactionBoundary();
    if (boundary == TransactionBoundary.NONE) {
      throw new InvalidJobException(
          "job "
              + prepared.id()
              + " cannot wait for a commit: HoldfastOptions.transactionBoundary is not set; set it,"
              + " or call enqueue. Nothing was sent");
    }
    if (!boundary.isActive()) {
      send(prepared);
      return;
    }
    boundary.afterCommit(
        () -> {
          try {
            send(prepared);
          } catch (HoldfastException e) {
            // The caller has moved on with the id; who runs the callbacks may drop what they throw.
            LOG.error(
                "Job {} of type {} was not enqueued after the commit of its transaction: {}",
                prepared.id(),
                prepared.job().type(),
                e.getMessage(),
                e);
            throw e;
          }
        });
  }

  /** Hands jobs of one queue to the engine; first what they listen for is made to reach it. */
  List<CompletableFuture<EnqueueReply>> hand(QueueRef queue, List<Prepared> jobs) {
    try {
      jobs.forEach(each -> listening.ensure(queue.name(), each.job().ties()));
    } catch (HoldfastException e) {
      return jobs.stream().map(each -> CompletableFuture.<EnqueueReply>failedFuture(e)).toList();
    }
    return engine
        .intake()
        .enqueue(
            queue,
            jobs.stream().map(Prepared::job).toList(),
            options.queueBound(),
            options.enqueueDeadline());
  }

  /** How long to wait for the answers of what was handed over. */
  Duration patience() {
    return options.enqueueDeadline().plus(MARGIN);
  }

  /** What an answer means to the caller; throws if the job was not added. */
  Enqueued enqueued(Prepared prepared, EnqueueReply reply) {
    QueueRef queue = prepared.queue();
    options.meters().enqueued(queue.name(), prepared.job().type(), reply.verdict());
    String existing = reply.existingKey();
    JobId there = existing == null ? prepared.id() : queue.id(existing);
    return switch (reply.verdict()) {
      case CREATED -> new Enqueued(prepared.id(), null);
      case EXISTING_ID -> new Enqueued(prepared.id(), Enqueued.Rule.ID);
      case EXISTING_IDEMPOTENCY_KEY -> new Enqueued(there, Enqueued.Rule.IDEMPOTENCY_KEY);
      case EXISTING_UNIQUE_KEY, REPLACED ->
          new Enqueued(there, Enqueued.Rule.of(Objects.requireNonNull(prepared.job().unique())));
      case CONFLICT -> throw conflict(prepared, there);
      case FULL ->
          throw new QueueFullException(
              queue.name(),
              "queue "
                  + queue.name()
                  + " is at its bound of "
                  + options.queueBound()
                  + " jobs (or what JobQueue.changeBound has set instead); job "
                  + prepared.id()
                  + " was not added. Retry later, raise the bound, or add workers");
    };
  }

  private static IdempotencyConflictException conflict(Prepared prepared, JobId existing) {
    String key = Objects.requireNonNull(prepared.job().idempotency()).key();
    return new IdempotencyConflictException(
        existing,
        key,
        "job "
            + prepared.id()
            + " was not added: its idempotency key "
            + Naming.quote(key)
            + " is held by job "
            + existing
            + ", which has another payload. Use another key, or send the same payload");
  }
}
