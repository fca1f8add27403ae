package dev.holdfast.testkit;

import dev.holdfast.job.JobState;
import dev.holdfast.spi.Claiming.Subscription;
import dev.holdfast.spi.EnqueueReply;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Schedules in memory. What is due is told to every caller: time may stand still here, so that
 * nothing can be left to one of them for a while.
 */
final class MemoryTicking implements Ticking {
  private static final int MOST_OF_A_PAGE = 200;

  private final MemoryStore store;
  private final Set<QueueRef> enlisted = ConcurrentHashMap.newKeySet();

  MemoryTicking(MemoryStore store) {
    this.store = store;
  }

  @Override
  public void enlist(QueueRef queue) {
    store.requireOpen();
    enlisted.add(queue);
  }

  @Override
  public List<QueueRef> enlisted() {
    store.requireOpen();
    return List.copyOf(enlisted);
  }

  @Override
  public Found find(QueueRef ref, List<String> names) {
    if (names.size() > MOST) {
      throw new IllegalArgumentException(names.size() + " schedules are asked for; at most 100");
    }
    return store.act(
        ref,
        (queue, now) ->
            new Found(
                millis(now),
                names.stream()
                    .map(queue.schedules::get)
                    .filter(Objects::nonNull)
                    .map(MemoryTicking::entry)
                    .toList(),
                false));
  }

  @Override
  public Found list(QueueRef ref, @Nullable String after, int size) {
    if (size < 1 || size > MOST_OF_A_PAGE) {
      throw new IllegalArgumentException(
          "a page has " + size + " entries; it must be 1 to " + MOST_OF_A_PAGE);
    }
    return store.act(
        ref,
        (queue, now) -> {
          var rest = after == null ? queue.schedules : queue.schedules.tailMap(after, false);
          return new Found(
              millis(now),
              rest.values().stream().limit(size).map(MemoryTicking::entry).toList(),
              rest.size() > size);
        });
  }

  private static Entry entry(MemorySchedule schedule) {
    return new Entry(schedule.view(), schedule.definition.clone());
  }

  private static Instant millis(Instant now) {
    return Instant.ofEpochMilli(now.toEpochMilli());
  }

  @Override
  public boolean write(QueueRef ref, Change change) {
    boolean done = store.act(ref, (queue, now) -> write(queue, millis(now), change));
    if (done) {
      store.tickListeners(ref).forEach(Runnable::run);
    }
    return done;
  }

  private static boolean write(MemoryQueue queue, Instant now, Change change) {
    MemorySchedule schedule = queue.schedules.get(change.name());
    StoredSchedule expected = change.expected();
    NextTick next = change.next();
    boolean stands =
        expected == null
            ? schedule == null
            : schedule != null
                && schedule.revision.equals(expected.revision())
                && (next == null || Objects.equals(schedule.next, expected.next()));
    if (!stands) {
      return false;
    }
    MemorySchedule written = queue.schedules.computeIfAbsent(change.name(), MemorySchedule::new);
    byte[] definition = change.definition();
    if (definition != null) {
      written.definition = definition.clone();
    }
    written.revision = change.revision();
    written.owner = change.owner();
    written.pausedSince =
        !change.paused() ? null : written.pausedSince == null ? now : written.pausedSince;
    if (next != null) {
      written.next = next.nominal();
    }
    if (written.waiting != null && (change.paused() || next != null)) {
      written.skipped++;
      written.lastSkipped = written.waiting;
      written.waiting = null;
    }
    if (change.paused()) {
      queue.ticks.remove(written.name);
    } else if (next != null) {
      look(queue, written, next.fireAt());
    }
    return true;
  }

  private static void look(MemoryQueue queue, MemorySchedule schedule, @Nullable Instant at) {
    if (at == null) {
      queue.ticks.remove(schedule.name);
    } else {
      queue.ticks.put(schedule.name, at.toEpochMilli());
    }
  }

  @Override
  public boolean remove(QueueRef ref, String name, String revision) {
    return store.act(
        ref,
        (queue, now) -> {
          MemorySchedule schedule = queue.schedules.get(name);
          if (schedule == null || !schedule.revision.equals(revision)) {
            return false;
          }
          queue.schedules.remove(name);
          queue.ticks.remove(name);
          return true;
        });
  }

  @Override
  public Due due(QueueRef ref, int most, Duration hold) {
    return store.act(
        ref,
        (queue, now) -> {
          List<String> names = queue.ticks.upTo(now.toEpochMilli(), most);
          List<DueSchedule> due = new ArrayList<>();
          for (String name : names) {
            MemorySchedule schedule = Objects.requireNonNull(queue.schedules.get(name));
            due.add(new DueSchedule(schedule.view(), runs(queue, schedule.jobKey)));
          }
          Long look = queue.ticks.firstAbove(now.toEpochMilli());
          return new Due(millis(now), due, look == null ? null : Instant.ofEpochMilli(look));
        });
  }

  private static boolean runs(MemoryQueue queue, @Nullable String key) {
    MemoryJob job = key == null ? null : queue.jobs.get(key);
    return job != null && (job.waits() || job.state == JobState.ACTIVE);
  }

  @Override
  public List<Fired> fire(QueueRef ref, long bound, List<Firing> firings) {
    return store.act(
        ref,
        (queue, now) ->
            firings.stream().map(firing -> fire(queue, millis(now), bound, firing)).toList());
  }

  private static Fired fire(MemoryQueue queue, Instant now, long bound, Firing firing) {
    MemorySchedule schedule = queue.schedules.get(firing.name());
    if (schedule == null) {
      return new Fired(Verdict.GONE, null);
    }
    if (firing.kind() == Kind.TRIGGER) {
      Fired fired = enqueue(queue, now, bound, firing);
      if (fired.key() != null && !runs(queue, schedule.jobKey)) {
        schedule.jobKey = fired.key();
      }
      return fired;
    }
    Instant stands = firing.kind() == Kind.TICK ? schedule.next : schedule.waiting;
    Instant tick = firing.tick();
    if (!schedule.revision.equals(firing.revision())
        || schedule.pausedSince != null
        || !Objects.equals(stands, firing.expected())
        || (tick != null && tick.isAfter(now))) {
      return new Fired(Verdict.STALE, null);
    }
    Fired fired = new Fired(Verdict.MOVED, null);
    if (tick != null) {
      fired = fire(queue, now, bound, firing, schedule, tick);
      if (fired.verdict() == Verdict.FULL) {
        return fired;
      }
    }
    schedule.missed += firing.missed();
    if (firing.kind() == Kind.TICK) {
      schedule.next = firing.following().nominal();
    }
    Instant look = firing.following().fireAt();
    if (schedule.waiting != null) {
      Instant again = now.plus(RECHECK);
      look = look == null || again.isBefore(look) ? again : look;
    }
    look(queue, schedule, look);
    return fired;
  }

  private static Fired fire(
      MemoryQueue queue,
      Instant now,
      long bound,
      Firing firing,
      MemorySchedule schedule,
      Instant tick) {
    boolean waits = firing.kind() == Kind.WAITING;
    if (firing.whileRunning() != WhileRunning.FIRE && runs(queue, schedule.jobKey)) {
      if (waits || (firing.whileRunning() == WhileRunning.WAIT && schedule.waiting == null)) {
        schedule.waiting = tick;
        return new Fired(Verdict.WAITS, null);
      }
      schedule.skipped++;
      schedule.lastSkipped = tick;
      return new Fired(Verdict.SKIPPED, null);
    }
    Fired fired = enqueue(queue, now, bound, firing);
    if (fired.verdict() == Verdict.FULL) {
      return fired;
    }
    schedule.jobKey = fired.key();
    schedule.last = tick;
    schedule.fired += fired.verdict() == Verdict.FIRED ? 1 : 0;
    schedule.waiting = waits ? null : schedule.waiting;
    return fired;
  }

  private static Fired enqueue(MemoryQueue queue, Instant now, long bound, Firing firing) {
    NewJob job = Objects.requireNonNull(firing.job());
    EnqueueReply reply = MemoryIntake.add(queue, now, List.of(job), bound).get(0);
    String existing = reply.existingKey();
    return switch (reply.verdict()) {
      case CREATED -> new Fired(Verdict.FIRED, job.key());
      case EXISTING_ID, EXISTING_IDEMPOTENCY_KEY ->
          new Fired(Verdict.EXISTING, existing == null ? job.key() : existing);
      case FULL -> new Fired(Verdict.FULL, null);
      case EXISTING_UNIQUE_KEY, REPLACED, CONFLICT ->
          throw new IllegalStateException(
              "a tick's job asked for no unique key, and was answered " + reply.verdict());
    };
  }

  /** Told of each write, and of each move of a clock that makes something due. */
  @Override
  public Subscription onChange(QueueRef queue, Runnable onChange) {
    List<Runnable> listeners = store.tickListeners(queue);
    listeners.add(onChange);
    return () -> listeners.remove(onChange);
  }
}
