package dev.holdfast.worker;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.json.ScheduleJson;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.RunOverlap;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.TickPlan;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Ticking.Due;
import dev.holdfast.spi.Ticking.DueSchedule;
import dev.holdfast.spi.Ticking.Entry;
import dev.holdfast.spi.Ticking.Fired;
import dev.holdfast.spi.Ticking.Firing;
import dev.holdfast.spi.Ticking.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread a worker: fires the due ticks of the queues it serves, at their instants. Every worker
 * does it and none leads: the engine tells each what is due, and takes a tick from the first.
 *
 * <p>Between two ticks it waits for the instant the engine told it, counted from the answer on the
 * monotonic clock, so that its own clock and time zone play no part. A schedule that another
 * process puts in between is seen within the reap period.
 *
 * <p>It may die between any two commands. What it was told of and did not fire is told to another
 * after {@link #HOLD}; what it fired has moved on in the same write.
 */
final class Ticker {
  private static final Logger log = LoggerFactory.getLogger(Ticker.class);

  /** How long others leave to this worker what it was told of. Chosen, not measured. */
  private static final Duration HOLD = Duration.ofSeconds(2);

  /** How long to leave a queue alone whose ticks cannot be fired now. */
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  /** After a look that came too early: the engine's clock may stand still in a test. */
  private static final long LEAST_WAIT = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long DECLARE_AGAIN = TimeUnit.SECONDS.toNanos(5);

  /** Ticks of one look; the rest comes with the next. */
  private static final int MOST_TICKS = 1_000;

  private static final int MOST_KNOWN = 100_000;

  private final Engine engine;
  private final WorkerPlan plan;
  private final Firings maker;
  private final long period;
  private final Loop loop;
  private final List<Face> faces = new ArrayList<>();

  /** What the application declares, until it is done. The loop's thread only. */
  private final List<Declaration> declarations = new ArrayList<>();

  private long declareAt = System.nanoTime();

  Ticker(WorkerPlan plan, String worker, List<ServedQueue> queues) {
    this.engine = plan.engine();
    this.plan = plan;
    this.maker = new Firings(plan.envelopes(), plan.clock());
    this.period = plan.options().reapPeriod().toNanos();
    Subscriptions subscriptions = plan.handlers().subscriptions();
    if (!subscriptions.isEmpty()) {
      declarations.add(
          new Declaration("subscriptions", () -> subscriptions.store(engine.topics())));
    }
    Runnable schedules = plan.declaration();
    if (schedules != null) {
      declarations.add(new Declaration("schedules", schedules));
    }
    this.loop = new Loop(worker + "-ticks", true, new Wakeup(), this::round);
    queues.forEach(queue -> faces.add(new Face(queue.ref())));
  }

  Loop loop() {
    return loop;
  }

  private void round() {
    declare();
    long next = System.nanoTime() + period;
    for (Face face : faces) {
      if (loop.stopping()) {
        return;
      }
      face.listen();
      if (face.hinted || System.nanoTime() - face.lookAt >= 0) {
        face.hinted = false;
        face.look();
      }
      next = face.lookAt - next < 0 ? face.lookAt : next;
    }
    if (!declarations.isEmpty()) {
      next = declareAt - next < 0 ? declareAt : next;
    }
    loop.wakeup().awaitUntil(next);
  }

  private void declare() {
    if (declarations.isEmpty() || System.nanoTime() - declareAt < 0) {
      return;
    }
    declareAt = System.nanoTime() + DECLARE_AGAIN;
    declarations.removeIf(Declaration::run);
  }

  /** Ends the subscriptions. After the loop has stopped. */
  void close() {
    faces.forEach(Face::close);
  }

  /** What an application declares when its worker starts. The loop's thread only. */
  private static final class Declaration {
    private final String what;
    private final Runnable act;
    private boolean troubled;

    Declaration(String what, Runnable act) {
      this.what = what;
      this.act = act;
    }

    /** Whether it is over, done or hopeless; false: it is tried again later. */
    boolean run() {
      try {
        act.run();
        return true;
      } catch (InvalidScheduleException e) {
        log.error("the {} of this application are not declared in full: {}", what, e.getMessage());
        return true;
      } catch (HoldfastException e) {
        if (!troubled) {
          troubled = true;
          log.warn(
              "the {} of this application are not declared yet, which is tried again every {}: {}",
              what,
              AttemptLines.show(Duration.ofNanos(DECLARE_AGAIN)),
              AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
        }
        return false;
      }
    }
  }

  /** A definition as far as this version can read it. */
  private record Known(String revision, @Nullable ScheduleDefinition definition) {}

  /** The schedules of one queue. Used by the loop, and after its end by the drain. */
  private final class Face {
    private final QueueRef queue;
    private final Map<String, Known> known = new HashMap<>();
    private @Nullable Subscription subscription;
    private long lookAt = System.nanoTime();
    private final RetryPause trouble = new RetryPause();
    private boolean full;

    /** When the first of those that were fired last is to be fired again. */
    private @Nullable Instant nextFiring;

    /** Set by any thread. */
    private volatile boolean hinted;

    Face(QueueRef queue) {
      this.queue = queue;
    }

    void listen() {
      if (subscription == null) {
        subscription =
            engine
                .ticking()
                .onChange(
                    queue,
                    () -> {
                      hinted = true;
                      loop.wakeup().signal();
                    });
      }
    }

    void close() {
      Subscription open = subscription;
      if (open != null) {
        open.close();
      }
    }

    void look() {
      try {
        Due due = engine.ticking().due(queue, Ticking.MOST, HOLD);
        long now = System.nanoTime();
        if (due.schedules().isEmpty()) {
          lookAt = now + Math.max(LEAST_WAIT, wait(due.now(), due.nextLook()));
        } else if (!fire(due)) {
          lookAt = System.nanoTime() + PAUSE;
        } else {
          boolean all = due.schedules().size() < Ticking.MOST;
          lookAt = all ? now + wait(due.now(), earliest(due.nextLook(), nextFiring)) : now;
        }
        trouble.reset();
      } catch (HoldfastException e) {
        if (trouble.troubled()) {
          log.debug("queue {}: could not fire ticks", queue.name(), e);
        } else {
          log.warn(
              "queue {}: could not fire the ticks of its schedules, which is tried again until it"
                  + " works; none is lost: {}",
              queue.name(),
              AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
        }
        lookAt = System.nanoTime() + trouble.nextNanos();
      }
    }

    /** Nanoseconds from one instant of the engine to another, at most the period. */
    private long wait(Instant now, @Nullable Instant next) {
      if (next == null || next.isAfter(now.plusNanos(period))) {
        return period;
      }
      return Math.max(0, Duration.between(now, next).toNanos());
    }

    private @Nullable Instant earliest(@Nullable Instant one, @Nullable Instant other) {
      if (one == null || other == null) {
        return one == null ? other : one;
      }
      return one.isBefore(other) ? one : other;
    }

    /**
     * When a schedule is to be looked at again after a firing; null if another one of it follows.
     */
    private @Nullable Instant againAt(Instant now, List<Firing> firings, int i, Fired fired) {
      if (i + 1 < firings.size() && firings.get(i + 1).name().equals(firings.get(i).name())) {
        return null;
      }
      return switch (fired.verdict()) {
        // Skipped: another one may wait. Stale: it stands otherwise, and somebody else sees to it.
        case WAITS, SKIPPED, STALE -> now.plus(Ticking.RECHECK);
        case FIRED, EXISTING, MOVED, GONE, FULL -> firings.get(i).following().fireAt();
      };
    }

    /** Fires what is due; false if there is nothing to be done about some of it now. */
    private boolean fire(Due due) {
      nextFiring = null;
      learn(due.schedules());
      int most = Math.max(1, Math.min(Ticking.MOST, MOST_TICKS / due.schedules().size()));
      List<Firing> firings = new ArrayList<>();
      boolean readable = true;
      for (DueSchedule each : due.schedules()) {
        Known found = known.get(each.schedule().name());
        // Changed since it was told of: whoever changed it has set when to look at it.
        if (found == null || !found.revision().equals(each.schedule().revision())) {
          continue;
        }
        ScheduleDefinition definition = found.definition();
        if (definition == null) {
          readable = false;
        } else {
          // With a cancel one by one: the job of each is asked to end before the next is fired.
          boolean cancels = definition.whileRunning() == RunOverlap.CANCEL_RUNNING;
          List<Firing> its = maker.of(each.schedule(), definition, due.now(), cancels ? 1 : most);
          // Before the tick is fired: if this worker dies in between, the next one does both.
          cancel(each, definition, its);
          firings.addAll(its);
        }
      }
      if (firings.isEmpty()) {
        return readable;
      }
      List<Fired> fired = engine.ticking().fire(queue, plan.queueBound(), firings);
      boolean wasFull = false;
      for (int i = 0; i < fired.size(); i++) {
        report(firings.get(i), fired.get(i));
        nextFiring = earliest(nextFiring, againAt(due.now(), firings, i, fired.get(i)));
        wasFull |= fired.get(i).verdict() == Verdict.FULL;
      }
      if (wasFull && !full) {
        log.warn(
            "queue {}: it is at its bound, and ticks of its schedules wait for room; they are not"
                + " lost",
            queue.name());
      }
      full = wasFull;
      return readable && !wasFull;
    }

    /** Reads the definitions that are not known yet. */
    private void learn(List<DueSchedule> due) {
      if (known.size() > MOST_KNOWN) {
        known.clear();
      }
      List<String> names = new ArrayList<>();
      for (DueSchedule each : due) {
        Known found = known.get(each.schedule().name());
        if (found == null || !found.revision().equals(each.schedule().revision())) {
          names.add(each.schedule().name());
        }
      }
      while (!names.isEmpty()) {
        List<Entry> found = engine.ticking().find(queue, names).schedules();
        if (found.isEmpty()) {
          return;
        }
        for (Entry entry : found) {
          known.put(entry.schedule().name(), read(entry));
          names.remove(entry.schedule().name());
        }
      }
    }

    private Known read(Entry entry) {
      try {
        return new Known(entry.schedule().revision(), ScheduleJson.decode(entry.definition()));
      } catch (InvalidScheduleException e) {
        log.error(
            "queue {}: schedule {} is not fired by this worker: {}",
            queue.name(),
            entry.schedule().name(),
            AttemptLines.oneLine(String.valueOf(e.getMessage()), 300));
        return new Known(entry.schedule().revision(), null);
      }
    }

    /** Asks the job of the tick before to end, if that is the rule and it has not ended. */
    private void cancel(DueSchedule due, ScheduleDefinition definition, List<Firing> firings) {
      String running = due.schedule().jobKey();
      boolean fires = firings.stream().anyMatch(firing -> firing.tick() != null);
      if (fires
          && due.running()
          && running != null
          && definition.whileRunning() == RunOverlap.CANCEL_RUNNING) {
        var unused = engine.control().cancel(queue, running, plan.options().retention());
      }
    }

    private void report(Firing firing, Fired fired) {
      String name = firing.name();
      Instant tick = firing.tick();
      switch (fired.verdict()) {
        case FIRED -> {
          NewJob job = Objects.requireNonNull(firing.job());
          plan.meters().enqueued(queue.name(), job.type(), EnqueueReply.Verdict.CREATED);
          log.debug("queue {}: schedule {} fired its tick {}", queue.name(), name, tick);
        }
        case SKIPPED ->
            log.info(
                "queue {}: schedule {} skips its tick {}: the job before it has not ended",
                queue.name(),
                name,
                tick);
        case EXISTING, WAITS, MOVED, STALE, GONE, FULL ->
            log.debug("queue {}: schedule {}, tick {}: {}", queue.name(), name, tick, fired);
      }
      boolean counted = fired.verdict() != Verdict.STALE && fired.verdict() != Verdict.GONE;
      if (firing.missed() > 0 && counted && fired.verdict() != Verdict.FULL) {
        log.warn(
            "queue {}: schedule {} missed {}{} ticks before {}: nobody could fire them in time",
            queue.name(),
            name,
            firing.missed(),
            firing.missed() == TickPlan.MOST_COUNTED ? " or more" : "",
            tick == null ? firing.following().nominal() : tick);
      }
    }
  }
}
