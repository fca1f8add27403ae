package dev.holdfast.worker;

import dev.holdfast.job.JobKeys;
import dev.holdfast.job.ScheduleTick;
import dev.holdfast.job.ScheduleTick.Cause;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.schedule.Misfire;
import dev.holdfast.schedule.ScheduleDefinition;
import dev.holdfast.schedule.TickJobs;
import dev.holdfast.schedule.TickPlan;
import dev.holdfast.schedule.Timing;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.NewJob;
import dev.holdfast.spi.StoredSchedule;
import dev.holdfast.spi.Ticking.Firing;
import dev.holdfast.spi.Ticking.Kind;
import dev.holdfast.spi.Ticking.NextTick;
import dev.holdfast.spi.Ticking.WhileRunning;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a due schedule what is to be fired, and the jobs of ticks. Asks nobody but the maker of
 * keys. Safe for use by many threads.
 */
public final class Firings {
  private final EnvelopeJson envelopes;
  private final JobKeys keys;

  /**
   * Creates a maker of firings.
   *
   * @param clock where the time in the keys of jobs comes from
   */
  public Firings(EnvelopeJson envelopes, InstantSource clock) {
    this.envelopes = envelopes;
    this.keys = new JobKeys(clock, new SecureRandom());
  }

  /**
   * What is to be fired of a schedule that is to be looked at: the tick that waits, and those that
   * are due; one that only moves the schedule on if there is none.
   *
   * @param now the engine's clock
   * @param most how many due ticks at most; the rest comes with the next look
   */
  List<Firing> of(StoredSchedule schedule, ScheduleDefinition definition, Instant now, int most) {
    Timing timing = definition.timing();
    Instant next = schedule.next();
    Instant waiting = schedule.waiting();
    List<Firing> firings = new ArrayList<>();
    if (waiting != null) {
      ScheduleTick tick = new ScheduleTick(schedule.name(), waiting, schedule.last(), 0, Cause.DUE);
      firings.add(
          new Firing(
              schedule.name(),
              schedule.revision(),
              Kind.WAITING,
              waiting,
              waiting,
              WhileRunning.WAIT,
              0,
              at(timing, next),
              job(definition, tick, timing.next(waiting).orElse(null))));
    }
    if (next == null) {
      if (waiting == null) {
        firings.add(moves(schedule, null, NextTick.NONE, 0));
      }
      return firings;
    }
    TickPlan plan = TickPlan.of(timing, definition.misfire(), next, now, most);
    Instant expected = next;
    Instant previous = schedule.last();
    for (TickPlan.Tick tick : plan.ticks()) {
      ScheduleTick told =
          new ScheduleTick(schedule.name(), tick.nominal(), previous, tick.missed(), Cause.DUE);
      firings.add(
          new Firing(
              schedule.name(),
              schedule.revision(),
              Kind.TICK,
              expected,
              tick.nominal(),
              whileRunning(definition, tick.nominal(), now),
              tick.missed(),
              at(timing, tick.following()),
              job(definition, told, tick.following())));
      previous = tick.nominal();
      // The last one has none that follows; then no tick comes after it here, either.
      expected = tick.following() == null ? expected : tick.following();
    }
    if (plan.ticks().isEmpty()) {
      firings.add(moves(schedule, next, at(timing, plan.following()), plan.missed()));
    }
    return firings;
  }

  private static WhileRunning whileRunning(
      ScheduleDefinition definition, Instant tick, Instant now) {
    // Those that are made up for come together: the first would keep the others away.
    Misfire misfire = definition.misfire();
    Instant punctualUntil = definition.timing().fireAt(tick).plus(misfire.grace());
    if (misfire.kind() == Misfire.Kind.FIRE_ALL && punctualUntil.isBefore(now)) {
      return WhileRunning.FIRE;
    }
    return switch (definition.whileRunning()) {
      case SKIP -> WhileRunning.SKIP;
      case QUEUE_ONE -> WhileRunning.WAIT;
      case ALLOW, CANCEL_RUNNING -> WhileRunning.FIRE;
    };
  }

  private static Firing moves(
      StoredSchedule schedule, @Nullable Instant expected, NextTick following, long missed) {
    return new Firing(
        schedule.name(),
        schedule.revision(),
        Kind.TICK,
        expected,
        null,
        WhileRunning.SKIP,
        missed,
        following,
        null);
  }

  private static NextTick at(Timing timing, @Nullable Instant tick) {
    return tick == null ? NextTick.NONE : new NextTick(tick, timing.fireAt(tick));
  }

  private NewJob job(
      ScheduleDefinition definition, ScheduleTick tick, @Nullable Instant following) {
    return job(definition, tick, idempotency(tick, following));
  }

  /** The name of a tick's job, so that nobody makes another. */
  public static NewJob.Idempotency idempotency(ScheduleTick tick, @Nullable Instant following) {
    return new NewJob.Idempotency(
        TickJobs.key(tick.schedule(), tick.nominal()), TickJobs.kept(tick.nominal(), following));
  }

  /**
   * The job of a tick.
   *
   * @param name its name; null: it has none
   */
  public NewJob job(
      ScheduleDefinition definition, ScheduleTick tick, NewJob.@Nullable Idempotency name) {
    Envelope envelope =
        new Envelope(
            Envelope.VERSION,
            definition.payload(),
            null,
            null,
            TickJobs.headers(definition, tick),
            Map.of());
    return new NewJob(
        keys.next(),
        definition.type(),
        definition.priority(),
        NewJob.Start.NOW,
        name,
        false,
        envelopes.encode(envelope));
  }
}
