package dev.holdfast;

import dev.holdfast.job.EngineUnavailableException;
import dev.holdfast.job.JobKeys;
import dev.holdfast.job.PayloadException;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.JacksonCodec;
import dev.holdfast.json.ScheduleJson;
import dev.holdfast.schedule.Cron;
import dev.holdfast.schedule.DeclareResult;
import dev.holdfast.schedule.Every;
import dev.holdfast.schedule.InvalidScheduleException;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.Recurring;
import dev.holdfast.schedule.Schedule;
import dev.holdfast.schedule.ScheduleChange;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.ScheduleId;
import dev.holdfast.schedule.Timing;
import dev.holdfast.schedule.When;
import dev.holdfast.spi.Codec;
import dev.holdfast.spi.Engine;
import dev.holdfast.spi.QueueRef;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking;
import dev.holdfast.spi.Ticking.Change;
import dev.holdfast.spi.Ticking.Entry;
import dev.holdfast.spi.Ticking.Found;
import dev.holdfast.spi.Ticking.NextTick;
import dev.holdfast.worker.Recurrence;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks schedules and writes them. Two steps, as with jobs: {@code prepare} touches nothing
 * outside; writing takes prepared schedules only. A write reads how the schedule stands and changes
 * it only if it still stands so, again and again, so that neither a tick nor another writer in
 * between is overrun.
 */
final class ScheduleWriter {
  /** Somebody else was faster so many times: it is a loop somewhere. Chosen, not measured. */
  private static final int TRIES = 100;

  private static final int PAGE = 200;

  private final Engine engine;
  private final Codec codec;
  private final EnvelopeJson envelopes;
  private final JobKeys revisions;

  ScheduleWriter(Engine engine, HoldfastOptions options, Codec codec, EnvelopeJson envelopes) {
    this.engine = engine;
    this.codec = codec;
    this.envelopes = envelopes;
    this.revisions = new JobKeys(options.clock(), new SecureRandom());
  }

  /** A schedule that is checked and encoded, and not written. */
  record Prepared(ScheduleId id, ScheduleDefinition definition, byte[] encoded) {
    private static Prepared of(ScheduleId id, ScheduleDefinition definition) {
      return new Prepared(id, definition, ScheduleJson.encode(definition));
    }
  }

  // Checking.

  Prepared prepare(Schedule schedule) {
    PayloadType type = PayloadType.of(schedule.job().getClass());
    byte[] payload = codec.encode("payload of schedule " + schedule.name(), schedule.job());
    if (!(codec instanceof JacksonCodec)) {
      envelopes.requireValue("payload of schedule " + schedule.name(), payload);
    }
    return Prepared.of(
        new ScheduleId(type.queue(), schedule.name()),
        new ScheduleDefinition(
            type.type(),
            payload,
            schedule.priority(),
            schedule.headers(),
            schedule.timing(),
            schedule.misfire(),
            schedule.whileRunning()));
  }

  /**
   * Checks what a handler's class declares.
   *
   * @throws InvalidScheduleException if it cannot be; names the class
   */
  Prepared prepare(Recurrence recurrence) {
    Recurring says = recurrence.annotation();
    try {
      byte[] payload = says.payload().getBytes(StandardCharsets.UTF_8);
      // Only to see that it can be read: what is sent is what was written.
      Object unused = codec.decode("payload of @Recurring", payload, recurrence.payload());
      Schedule settings =
          Schedule.builder(says.name(), says)
              .when(when(says))
              .misfire(misfire(says.misfire()))
              .whileRunning(says.whileRunning())
              .spread(Duration.parse(says.spread()))
              .build();
      return Prepared.of(
          new ScheduleId(recurrence.queue(), says.name()),
          new ScheduleDefinition(
              recurrence.type(),
              payload,
              settings.priority(),
              Map.of(),
              settings.timing(),
              settings.misfire(),
              settings.whileRunning()));
    } catch (DateTimeException | PayloadException | InvalidScheduleException e) {
      throw new InvalidScheduleException(
          "@Recurring(name = \""
              + says.name()
              + "\") of "
              + recurrence.handler()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static When when(Recurring says) {
    if (says.cron().isEmpty() == says.every().isEmpty()) {
      throw new InvalidScheduleException("it must say either cron or every");
    }
    if (!says.every().isEmpty()) {
      return new Every(Duration.parse(says.every()), Instant.parse(says.anchor()));
    }
    if (says.zone().isEmpty()) {
      throw new InvalidScheduleException(
          "a cron expression needs its zone, such as zone = \"Europe/Paris\"");
    }
    return Cron.of(says.cron(), Cron.zone(says.zone()), says.gap(), says.overlap());
  }

  private static Misfire misfire(Misfire.Kind kind) {
    return switch (kind) {
      case FIRE_ONCE -> Misfire.fireOnce();
      case SKIP -> Misfire.skip();
      case FIRE_ALL -> Misfire.fireAll(100, Duration.ofDays(1));
    };
  }

  /**
   * Checks that no two schedules have one name.
   *
   * @throws InvalidScheduleException if two have
   */
  static void requireDistinct(Collection<Prepared> set) {
    Set<ScheduleId> seen = new HashSet<>();
    for (Prepared each : set) {
      if (!seen.add(each.id())) {
        throw new InvalidScheduleException(
            "two schedules of queue "
                + each.id().queue()
                + " have the name "
                + each.id().name()
                + "; nothing was sent");
      }
    }
  }

  // Writing.

  /**
   * Makes the schedules of an application these.
   *
   * @throws InvalidScheduleException the first refusal, once all others are written
   */
  DeclareResult declare(String application, Collection<Prepared> set) {
    Map<ScheduleId, ScheduleChange> changes = new LinkedHashMap<>();
    set.stream()
        .map(each -> QueueRef.of(each.id().queue()))
        .distinct()
        .forEach(engine.ticking()::enlist);
    Set<ScheduleId> declared = new HashSet<>();
    InvalidScheduleException refused = null;
    for (Prepared each : set) {
      declared.add(each.id());
      try {
        changes.put(each.id(), write(each, application));
      } catch (InvalidScheduleException e) {
        // One that somebody else owns, or that has ended, keeps none of the others from firing.
        refused = refused == null ? e : refused;
      }
    }
    Set<ScheduleId> removed = new LinkedHashSet<>();
    for (QueueRef queue : engine.ticking().enlisted()) {
      for (StoredSchedule schedule : owned(queue, application)) {
        ScheduleId id = new ScheduleId(queue.name(), schedule.name());
        if (!declared.contains(id) && remove(id, application)) {
          removed.add(id);
        }
      }
    }
    if (refused != null) {
      throw refused;
    }
    return new DeclareResult(changes, removed);
  }

  private List<StoredSchedule> owned(QueueRef queue, String application) {
    Map<String, StoredSchedule> owned = new HashMap<>();
    String after = null;
    Found page;
    do {
      page = engine.ticking().list(queue, after, PAGE);
      for (Entry entry : page.schedules()) {
        after = entry.schedule().name();
        if (entry.schedule().owner().equals(application)) {
          owned.put(after, entry.schedule());
        }
      }
    } while (page.more() && !page.schedules().isEmpty());
    return List.copyOf(owned.values());
  }

  /** Adds or changes a schedule that no application declares. */
  ScheduleChange put(Prepared prepared) {
    engine.ticking().enlist(QueueRef.of(prepared.id().queue()));
    return write(prepared, "");
  }

  /** Adds or changes one schedule, in a queue that is enlisted. */
  private ScheduleChange write(Prepared prepared, String owner) {
    QueueRef queue = QueueRef.of(prepared.id().queue());
    for (int i = 0; i < TRIES; i++) {
      Found found = engine.ticking().find(queue, List.of(prepared.id().name()));
      Entry before = found.schedules().isEmpty() ? null : found.schedules().get(0);
      if (before != null) {
        requireOwner(prepared.id(), before.schedule(), owner);
        if (Arrays.equals(before.definition(), prepared.encoded())) {
          return ScheduleChange.UNCHANGED;
        }
      }
      if (engine.ticking().write(queue, change(prepared, owner, before, found.now()))) {
        return before == null ? ScheduleChange.ADDED : ScheduleChange.CHANGED;
      }
    }
    throw busy(prepared.id());
  }

  private static void requireOwner(ScheduleId id, StoredSchedule schedule, String owner) {
    if (!schedule.owner().equals(owner)) {
      throw new InvalidScheduleException(
          "schedule "
              + id
              + (schedule.owner().isEmpty()
                  ? " was put by hand"
                  : " is declared by application " + schedule.owner())
              + "; it was not changed. Give this one another name, or remove that one first");
    }
  }

  private Change change(Prepared prepared, String owner, @Nullable Entry before, Instant now) {
    Timing timing = prepared.definition().timing();
    StoredSchedule stands = before == null ? null : before.schedule();
    boolean paused = stands != null && stands.pausedSince() != null;
    NextTick next = null;
    if (before == null || !timing.equals(timingOf(before))) {
      next = next(prepared.id(), timing, stands, now);
      if (paused) {
        next = NextTick.NONE;
      }
    }
    return new Change(
        prepared.id().name(), stands, revisions.next(), owner, paused, next, prepared.encoded());
  }

  private static @Nullable Timing timingOf(Entry entry) {
    try {
      return ScheduleJson.decode(entry.definition()).timing();
    } catch (InvalidScheduleException unreadable) {
      return null;
    }
  }

  /**
   * The first tick after now, and after the last that was fired, should the clock have gone back.
   */
  private static NextTick next(
      ScheduleId id, Timing timing, @Nullable StoredSchedule stands, Instant now) {
    Instant last = stands == null ? null : stands.last();
    Instant after = last != null && last.isAfter(now) ? last : now;
    Optional<Instant> next = timing.next(after);
    if (next.isEmpty()) {
      throw new InvalidScheduleException(
          "schedule "
              + id
              + " never fires again: "
              + timing.when().describe()
              + " has no tick after "
              + after
              + (timing.until() == null ? "" : " and before " + timing.until()));
    }
    return new NextTick(next.get(), timing.fireAt(next.get()));
  }

  /**
   * Removes a schedule.
   *
   * @param owner only if this application owns it; null: whoever does
   */
  boolean remove(ScheduleId id, @Nullable String owner) {
    QueueRef queue = QueueRef.of(id.queue());
    for (int i = 0; i < TRIES; i++) {
      Optional<Entry> entry = find(id);
      if (entry.isEmpty() || (owner != null && !entry.get().schedule().owner().equals(owner))) {
        return false;
      }
      if (engine.ticking().remove(queue, id.name(), entry.get().schedule().revision())) {
        return true;
      }
    }
    throw busy(id);
  }

  /** Pauses or resumes a schedule; false if there is none. */
  boolean pause(ScheduleId id, boolean paused) {
    QueueRef queue = QueueRef.of(id.queue());
    for (int i = 0; i < TRIES; i++) {
      Found found = engine.ticking().find(queue, List.of(id.name()));
      if (found.schedules().isEmpty()) {
        return false;
      }
      Entry entry = found.schedules().get(0);
      StoredSchedule stands = entry.schedule();
      if ((stands.pausedSince() != null) == paused) {
        return true;
      }
      NextTick next =
          paused ? NextTick.NONE : resumed(ScheduleJson.decode(entry.definition()), stands, found);
      Change change =
          new Change(id.name(), stands, revisions.next(), stands.owner(), paused, next, null);
      if (engine.ticking().write(queue, change)) {
        return true;
      }
    }
    throw busy(id);
  }

  private static NextTick resumed(
      ScheduleDefinition definition, StoredSchedule stands, Found found) {
    Instant last = stands.last();
    Instant after = last != null && last.isAfter(found.now()) ? last : found.now();
    return definition
        .timing()
        .next(after)
        .map(tick -> new NextTick(tick, definition.timing().fireAt(tick)))
        .orElse(NextTick.NONE);
  }

  Optional<Entry> find(ScheduleId id) {
    Ticking ticking = engine.ticking();
    return ticking.find(QueueRef.of(id.queue()), List.of(id.name())).schedules().stream()
        .findFirst();
  }

  private static EngineUnavailableException busy(ScheduleId id) {
    return new EngineUnavailableException(
        "schedule "
            + id
            + " was changed by others again and again; nothing was changed by this"
            + " call. Repeat it");
  }
}
