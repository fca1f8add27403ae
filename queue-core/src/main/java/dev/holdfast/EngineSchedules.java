package dev.holdfast;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import dev.holdfast.job.Naming;
import dev.holdfast.job.Page;
import dev.holdfast.job.QueueFullException;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.job.ScheduleTick.Cause;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.ScheduleJson;
import dev.holdfast.schedule.BackfillResult;
import dev.holdfast.schedule.DeclareResult;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.schedule.ScheduleChange;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.ScheduleStatus;
import dev.holdfast.schedule.Schedules;
import dev.holdfast.schedule.Timing;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.EnqueueReply.Verdict;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking.Entry;
import dev.holdfast.spi.Ticking.Fired;
import dev.holdfast.spi.Ticking.Firing;
import dev.holdfast.spi.Ticking.Found;
import dev.holdfast.spi.Ticking.Kind;
import dev.holdfast.spi.Ticking.NextTick;
import dev.holdfast.spi.Ticking.WhileRunning;
import dev.holdfast.worker.Firings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The door to schedules, on an engine's {@code Ticking}. */
final class EngineSchedules implements Schedules {
  private static final int MOST_BACKFILLED = 10_000;
  private static final int MOST_NEXT = 1_000;
  private static final int UPCOMING = 5;
  private static final int BATCH = 500;
  private static final long MARGIN_MILLIS = 500;

  private final Engine engine;
  private final HoldfastOptions options;
  private final ScheduleWriter writer;
  private final Runnable requireOpen;
  private final Firings firings;

  EngineSchedules(
      Engine engine,
      HoldfastOptions options,
      EnvelopeJson envelopes,
      ScheduleWriter writer,
      Runnable requireOpen) {
    this.engine = engine;
    this.options = options;
    this.writer = writer;
    this.requireOpen = requireOpen;
    this.firings = new Firings(envelopes, options.clock());
  }

  @Override
  public ScheduleChange put(Schedule schedule) {
    requireOpen.run();
    return writer.put(writer.prepare(schedule));
  }

  @Override
  public DeclareResult declare(String application, Collection<Schedule> set) {
    requireOpen.run();
    Naming.name("application name", application);
    List<ScheduleWriter.Prepared> prepared = set.stream().map(writer::prepare).toList();
    ScheduleWriter.requireDistinct(prepared);
    return writer.declare(application, prepared);
  }

  @Override
  public boolean remove(ScheduleId id) {
    requireOpen.run();
    return writer.remove(id, null);
  }

  @Override
  public boolean pause(ScheduleId id) {
    requireOpen.run();
    return writer.pause(id, true);
  }

  @Override
  public boolean resume(ScheduleId id) {
    requireOpen.run();
    return writer.pause(id, false);
  }

  // Runs that somebody asks for.

  @Override
  public JobId triggerNow(ScheduleId id) {
    requireOpen.run();
    QueueRef queue = QueueRef.of(id.queue());
    Found found = engine.ticking().find(queue, List.of(id.name()));
    Entry entry = found.schedules().stream().findFirst().orElseThrow(() -> unknown(id));
    ScheduleDefinition definition = ScheduleJson.decode(entry.definition());
    ScheduleTick tick =
        new ScheduleTick(id.name(), found.now(), entry.schedule().last(), 0, Cause.TRIGGER);
    Firing firing =
        new Firing(
            id.name(),
            entry.schedule().revision(),
            Kind.TRIGGER,
            null,
            null,
            WhileRunning.FIRE,
            0,
            NextTick.NONE,
            firings.job(definition, tick, null));
    Fired fired = engine.ticking().fire(queue, options.queueBound(), List.of(firing)).get(0);
    String key = fired.key();
    return switch (fired.verdict()) {
      case FIRED, EXISTING -> {
        if (key == null) {
          throw new IllegalStateException("the engine fired " + id + " without a job");
        }
        options.meters().enqueued(queue.name(), definition.type(), Verdict.CREATED);
        yield queue.id(key);
      }
      case FULL -> throw full(queue);
      case SKIPPED, WAITS, MOVED, STALE, GONE -> throw unknown(id);
    };
  }

  @Override
  public BackfillResult backfill(ScheduleId id, Instant from, Instant to) {
    requireOpen.run();
    QueueRef queue = QueueRef.of(id.queue());
    Found found = engine.ticking().find(queue, List.of(id.name()));
    Entry entry = found.schedules().stream().findFirst().orElseThrow(() -> unknown(id));
    if (to.isAfter(found.now())) {
      throw new InvalidScheduleException(
          "backfill of schedule "
              + id
              + " up to "
              + to
              + ": that is after now, "
              + found.now()
              + "; ticks to come are fired by themselves");
    }
    ScheduleDefinition definition = ScheduleJson.decode(entry.definition());
    List<NewJob> jobs = backfill(id, definition, from, to);
    int existing = 0;
    for (int first = 0; first < jobs.size(); first += BATCH) {
      List<NewJob> batch = jobs.subList(first, Math.min(jobs.size(), first + BATCH));
      for (EnqueueReply reply : enqueue(queue, batch)) {
        options.meters().enqueued(queue.name(), definition.type(), reply.verdict());
        switch (reply.verdict()) {
          case CREATED -> {}
          case EXISTING_ID, EXISTING_IDEMPOTENCY_KEY -> existing++;
          case FULL -> throw full(queue);
          case EXISTING_UNIQUE_KEY, REPLACED, CONFLICT ->
              throw new IllegalStateException(
                  "a tick's job asked for no unique key, and was answered " + reply.verdict());
        }
      }
    }
    return new BackfillResult(jobs.size(), jobs.size() - existing, existing);
  }

  private List<NewJob> backfill(
      ScheduleId id, ScheduleDefinition definition, Instant from, Instant to) {
    Timing timing = definition.timing();
    List<NewJob> jobs = new ArrayList<>();
    Instant previous = null;
    Optional<Instant> at = timing.next(from.minusNanos(1));
    while (at.isPresent() && at.get().isBefore(to)) {
      if (jobs.size() == MOST_BACKFILLED) {
        throw new InvalidScheduleException(
            "backfill of schedule "
                + id
                + " from "
                + from
                + " to "
                + to
                + " has more than 10,000 ticks; nothing was sent. Do it in parts");
      }
      Instant nominal = at.get();
      at = timing.next(nominal);
      ScheduleTick tick = new ScheduleTick(id.name(), nominal, previous, 0, Cause.BACKFILL);
      jobs.add(firings.job(definition, tick, Firings.idempotency(tick, at.orElse(null))));
      previous = nominal;
    }
    return jobs;
  }

  private List<EnqueueReply> enqueue(QueueRef queue, List<NewJob> jobs) {
    List<EnqueueReply> replies = new ArrayList<>(jobs.size());
    long patience = options.enqueueDeadline().toMillis() + MARGIN_MILLIS;
    try {
      for (CompletableFuture<EnqueueReply> answer :
          engine.intake().enqueue(queue, jobs, options.queueBound(), options.enqueueDeadline())) {
        replies.add(answer.get(patience, TimeUnit.MILLISECONDS));
      }
      return replies;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unanswered(queue, "the thread was interrupted", e);
    } catch (TimeoutException e) {
      throw unanswered(queue, "no answer came in time", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HoldfastException ours) {
        throw ours;
      }
      throw unanswered(queue, String.valueOf(e.getCause()), e);
    }
  }

  private static EngineUnavailableException unanswered(QueueRef queue, String why, Exception e) {
    return new EngineUnavailableException(
        "backfill in queue "
            + queue.name()
            + ": "
            + why
            + "; some of its jobs may have been enqueued. Repeat it: a tick gets one job",
        e);
  }

  private QueueFullException full(QueueRef queue) {
    return new QueueFullException(
        queue.name(),
        "queue "
            + queue.name()
            + " is at its bound of "
            + options.queueBound()
            + " jobs; retry later, raise the bound, or add workers");
  }

  private static InvalidScheduleException unknown(ScheduleId id) {
    return new InvalidScheduleException("there is no schedule " + id);
  }

  // Looking.

  @Override
  public Optional<ScheduleStatus> find(ScheduleId id) {
    requireOpen.run();
    return writer.find(id).map(entry -> status(QueueRef.of(id.queue()), entry));
  }

  @Override
  public Page<ScheduleStatus> list(String queue, @Nullable String cursor, int size) {
    requireOpen.run();
    QueueRef ref = QueueRef.of(queue);
    Found found = engine.ticking().list(ref, cursor, JobViews.pageSize(size));
    List<ScheduleStatus> page =
        found.schedules().stream().map(entry -> status(ref, entry)).toList();
    boolean more = found.more() && !page.isEmpty();
    return new Page<>(page, more ? page.get(page.size() - 1).id().name() : null);
  }

  private static ScheduleStatus status(QueueRef queue, Entry entry) {
    StoredSchedule stands = entry.schedule();
    ScheduleDefinition definition = null;
    try {
      definition = ScheduleJson.decode(entry.definition());
    } catch (InvalidScheduleException unreadable) {
      // Of a later version, or of a zone this JVM does not know: the rest can be told.
    }
    String job = stands.jobKey();
    return new ScheduleStatus(
        new ScheduleId(queue.name(), stands.name()),
        definition,
        stands.owner().isEmpty() ? null : stands.owner(),
        stands.pausedSince(),
        upcoming(stands, definition, UPCOMING),
        stands.last(),
        job == null ? null : queue.id(job),
        stands.waiting(),
        stands.fired(),
        stands.missed(),
        stands.skipped(),
        stands.lastSkipped());
  }

  private static List<Instant> upcoming(
      StoredSchedule stands, @Nullable ScheduleDefinition definition, int count) {
    Instant next = stands.next();
    if (next == null) {
      return List.of();
    }
    return definition == null ? List.of(next) : definition.timing().next(next.minusNanos(1), count);
  }

  @Override
  public List<String> queues() {
    requireOpen.run();
    return engine.ticking().enlisted().stream().map(QueueRef::name).sorted().toList();
  }

  @Override
  public List<Instant> next(ScheduleId id, int count) {
    if (count < 1 || count > MOST_NEXT) {
      throw new IllegalArgumentException("count is " + count + "; it must be 1 to 1,000");
    }
    requireOpen.run();
    return writer
        .find(id)
        .map(entry -> upcoming(entry.schedule(), ScheduleJson.decode(entry.definition()), count))
        .orElse(List.of());
  }
}
