package dev.holdfast;

import dev.holdfast.Enqueuer.Prepared;
import dev.holdfast.batch.BatchOrder;
import dev.holdfast.batch.BatchOrder.Follower;
import dev.holdfast.batch.BatchStatus;
import dev.holdfast.batch.BatchTally;
import dev.holdfast.batch.Batches;
import dev.holdfast.batch.JobBatch;
import dev.holdfast.flow.Mail;
import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.QueueCorruptException;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.json.BatchJson;
import dev.holdfast.json.MailJson;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The door to batches. A batch is a job that is told of its jobs' ends; a worker leads it.
 *
 * <p>The order of the writes is what makes it safe to die between any two: the batch first, which
 * cannot complete before it is told that all its jobs are there; its jobs, whose keys are made of
 * its id; then that word. Done again under its key, each write finds what was written.
 */
final class EngineBatches implements Batches {
  private static final Duration KEPT = Duration.ofDays(7);

  /** Chosen, not measured: each level is a call of its own. */
  private static final int MOST_NESTED = 16;

  private final Engine engine;
  private final Enqueuer enqueuer;
  private final ListEnqueuer lists;
  private final Runnable requireOpen;

  EngineBatches(Engine engine, Enqueuer enqueuer, ListEnqueuer lists, Runnable requireOpen) {
    this.engine = engine;
    this.enqueuer = enqueuer;
    this.lists = lists;
    this.requireOpen = requireOpen;
  }

  /**
   * A batch whose parts are checked and encoded, and not sent.
   *
   * @param own its own job
   * @param jobs those of its jobs that are no batches, by their places
   * @param nested those that are, by their places
   */
  private record Planned(
      BatchOrder order, Prepared own, Map<Integer, Prepared> jobs, Map<Integer, Planned> nested) {}

  @Override
  public JobId enqueue(JobBatch<?> batch) {
    requireOpen.run();
    Planned planned = plan(batch, 1);
    // Before any of it is there: its followers' events must not be missed, either.
    listen(planned);
    Enqueued enqueued = enqueuer.send(planned.own());
    complete(enqueued.id(), enqueued.created(), planned);
    return enqueued.id();
  }

  private Planned plan(JobBatch<?> batch, int depth) {
    if (depth > MOST_NESTED) {
      throw new InvalidJobException(
          "batches are nested more than " + MOST_NESTED + " deep; nothing was sent");
    }
    List<Object> plain = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    Map<Integer, Planned> nested = new LinkedHashMap<>();
    for (int place = 0; place < batch.jobs().size(); place++) {
      if (batch.jobs().get(place) instanceof JobBatch<?> inner) {
        if (inner.idempotencyKey() != null) {
          throw new InvalidJobException(
              "element "
                  + place
                  + " is a batch with an idempotency key, by which another one could be answered;"
                  + " leave it out, the key of the outermost is enough. Nothing was sent");
        }
        nested.put(place, plan(inner, depth + 1));
      } else {
        plain.add(batch.jobs().get(place));
        places.add(place);
      }
    }
    Map<Integer, Prepared> jobs = new LinkedHashMap<>();
    List<Prepared> prepared = lists.prepareAll(plain, EnqueueOptions.defaults());
    for (int n = 0; n < prepared.size(); n++) {
      requirePlain("element " + places.get(n), prepared.get(n));
      jobs.put(places.get(n), prepared.get(n));
    }
    BatchOrder order =
        new BatchOrder(
            batch.jobs().size(),
            batch.keepOpen(),
            follower("onComplete", batch.onComplete()),
            follower("onSuccess", batch.onSuccess()),
            follower("onFailure", batch.onFailure()));
    EnqueueOptions how = enqueuer.intercepted(batch, BatchOrder.JOB, EnqueueOptions.defaults());
    Prepared own =
        enqueuer.own(
            batch.queue(),
            BatchOrder.JOB,
            name(batch),
            enqueuer.enveloped(BatchJson.encode(order), how));
    return new Planned(order, own, jobs, nested);
  }

  /** Enqueues what a batch that is there still lacks, and says that this was all. */
  private void complete(JobId id, boolean created, Planned planned) {
    Set<JobId> ended = new HashSet<>();
    if (!created && isComplete(id, ended)) {
      return;
    }
    ChildKeys keys = new ChildKeys(id);
    enqueueJobs(id, keys, planned.jobs(), ended);
    planned
        .nested()
        .forEach(
            (place, inner) -> {
              JobId child = inner.own().queue().id(keys.at(place));
              if (!ended.contains(child)) {
                complete(child, nest(id, child, inner), inner);
              }
            });
    Mail.BatchSealed sealed = new Mail.BatchSealed(planned.order().total());
    engine.runs().deliver(QueueRef.of(id), id.key(), sealed.id(), MailJson.encode(sealed));
  }

  /** Enqueues a batch as a job of another one; whether this call did. */
  private boolean nest(JobId id, JobId child, Planned inner) {
    try {
      return enqueuer.send(inner.own().under(child, id, true)).created();
    } catch (HoldfastException e) {
      throw incomplete(id, e);
    }
  }

  private static void requirePlain(String what, Prepared job) {
    if (job.job().retry() || job.job().idempotency() != null || job.job().unique() != null) {
      throw new InvalidJobException(
          what
              + " of the batch has "
              + (job.job().retry()
                  ? "an id to retry"
                  : job.job().unique() != null ? "a unique key" : "an idempotency key")
              + ", by which another job could be answered that the batch is not told of; leave it"
              + " out, and give the batch an idempotencyKey. Nothing was sent");
    }
  }

  private @Nullable Follower follower(String what, @Nullable Object payload) {
    if (payload == null) {
      return null;
    }
    Prepared prepared =
        payload instanceof JobRequest request
            ? enqueuer.prepare(request.payload(), request.options())
            : enqueuer.prepare(payload, EnqueueOptions.defaults());
    requirePlain(what, prepared);
    NewJob job = prepared.job();
    NewJob.Ties ties = job.ties();
    return new Follower(
        prepared.queue().name(),
        job.type(),
        job.priority(),
        job.limitKey(),
        job.cost(),
        job.start().delay(),
        job.start().instant(),
        ties == null ? List.of() : ties.subjects(),
        job.envelope());
  }

  /**
   * The batch's idempotency key. The payload is not compared, as it may differ in what does not
   * matter, such as correlation ids; the number of jobs is.
   */
  private static NewJob.@Nullable Idempotency name(JobBatch<?> batch) {
    String key = batch.idempotencyKey();
    if (key == null) {
      return null;
    }
    String whole = "batch:" + key;
    if (whole.getBytes(StandardCharsets.UTF_8).length > 256) {
      whole = key;
    }
    return new NewJob.Idempotency(whole, KEPT, String.format("%016x", batch.jobs().size()), true);
  }

  private void listen(Planned planned) {
    for (Follower each : followers(planned.order())) {
      enqueuer.listening().ensure(each.queue(), new NewJob.Ties(each.subjects(), null, false));
    }
    planned.nested().values().forEach(this::listen);
  }

  private static List<Follower> followers(BatchOrder order) {
    List<Follower> followers = new ArrayList<>(3);
    if (order.complete() != null) {
      followers.add(order.complete());
    }
    if (order.success() != null) {
      followers.add(order.success());
    }
    if (order.failure() != null) {
      followers.add(order.failure());
    }
    return followers;
  }

  /**
   * Whether a batch that was there before needs nothing more; else the jobs of it that have ended
   * are added, which must not be enqueued again: retention may have forgotten them.
   */
  private boolean isComplete(JobId id, Set<JobId> ended) {
    QueueRef queue = QueueRef.of(id);
    Optional<StoredJob> job = engine.control().find(queue, id.key());
    if (job.isEmpty() || job.get().state().isFinal()) {
      return true;
    }
    for (Mail each : mail(id)) {
      if (each instanceof Mail.BatchSealed) {
        return true;
      } else if (each instanceof Mail.JobEnded end) {
        ended.add(end.job());
      }
    }
    return false;
  }

  private void enqueueJobs(
      JobId id, ChildKeys keys, Map<Integer, Prepared> jobs, Set<JobId> ended) {
    List<Prepared> missing = new ArrayList<>(jobs.size());
    jobs.forEach(
        (place, job) -> {
          JobId child = job.queue().id(keys.at(place));
          if (!ended.contains(child)) {
            missing.add(job.under(child, id, true));
          }
        });
    for (EnqueueResult each : lists.sendAll(missing)) {
      if (each instanceof EnqueueResult.Rejected rejected) {
        throw incomplete(id, rejected.cause());
      } else if (each instanceof EnqueueResult.Unknown unknown) {
        throw incomplete(id, unknown.cause());
      }
    }
  }

  /** The jobs are sent as retries are, of which nobody knows what became: here that is known. */
  private static HoldfastException incomplete(JobId id, HoldfastException cause) {
    String message =
        "batch "
            + id
            + " is not complete, and cannot end: "
            + cause.getMessage()
            + ". Enqueue it again with its idempotency key; without one it is a dead letter after "
            + BatchOrder.SEALED_WITHIN.toHours()
            + " hours";
    if (cause instanceof QueueFullException full) {
      QueueFullException told = new QueueFullException(full.queue(), message);
      told.initCause(cause);
      return told;
    } else if (cause instanceof QueueCorruptException corrupt) {
      return new QueueCorruptException(corrupt.queue(), message, cause);
    }
    return new EngineUnavailableException(message, cause);
  }

  private List<Mail> mail(JobId id) {
    Journal journal = engine.runs().read(QueueRef.of(id), id.key());
    List<Mail> mail = new ArrayList<>(journal.messages().size());
    for (Journal.Message message : journal.messages()) {
      try {
        mail.add(MailJson.decode(message.bytes()));
      } catch (PayloadException unreadable) {
        // The worker that leads it says so.
      }
    }
    return mail;
  }

  @Override
  public Optional<BatchStatus> status(JobId id) {
    requireOpen.run();
    return engine
        .control()
        .find(QueueRef.of(id), id.key())
        .filter(job -> job.type().equals(BatchOrder.JOB))
        .map(job -> status(id, job));
  }

  private BatchStatus status(JobId id, StoredJob job) {
    BatchTally tally = BatchTally.of(mail(id));
    return new BatchStatus(
        id,
        job.state(),
        tally.sealed(),
        tally.total(),
        tally.succeeded(),
        tally.dead(),
        tally.cancelled(),
        tally.unsuccessful());
  }
}
