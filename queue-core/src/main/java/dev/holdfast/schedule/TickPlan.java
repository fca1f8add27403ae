package dev.holdfast.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule fires at an instant: a pure function of where it stands.
 *
 * @param ticks the ticks to fire now, in order
 * @param missed how many ticks were missed after the last of them, and are not fired
 * @param following the nominal instant of the tick that comes next; null: none is left
 */
public record TickPlan(List<Tick> ticks, long missed, @Nullable Instant following) {
  /** Where the counting of missed ticks ends. */
  public static final int MOST_COUNTED = 10_000;

  /**
   * A tick to fire.
   *
   * @param nominal the instant that names it
   * @param missed how many ticks before it, and after the one fired before, were missed; {@link
   *     #MOST_COUNTED} means so many or more
   * @param following the nominal instant of the tick after it; null: none is left
   */
  public record Tick(Instant nominal, long missed, @Nullable Instant following) {}

  /** Copies the list. */
  public TickPlan {
    ticks = List.copyOf(ticks);
  }

  /**
   * Plans what is to be fired.
   *
   * @param next the nominal instant of the first tick that was not dealt with
   * @param now the engine's clock
   * @param most how many ticks may be fired at once, at least 1; the others come with the next plan
   */
  public static TickPlan of(Timing timing, Misfire misfire, Instant next, Instant now, int most) {
    Instant dueBefore = now.minus(timing.spread()).plusNanos(1);
    Instant punctualFrom = now.minus(timing.spread()).minus(misfire.grace());
    if (!next.isBefore(dueBefore)) {
      return new TickPlan(List.of(), 0, next);
    }
    Instant first = next.isBefore(punctualFrom) ? afterMissed(timing, misfire, next, now) : next;
    long missed = first.equals(next) ? 0 : timing.count(next, first, MOST_COUNTED);
    List<Tick> ticks = new ArrayList<>();
    Optional<Instant> tick = timing.next(first.minusNanos(1));
    // A tick after the end of a schedule is none, also if it stood as the next one.
    while (tick.isPresent() && tick.get().isBefore(dueBefore) && ticks.size() < most) {
      Instant nominal = tick.get();
      tick = timing.next(nominal);
      ticks.add(new Tick(nominal, missed, tick.orElse(null)));
      missed = 0;
    }
    return new TickPlan(ticks, missed, tick.orElse(null));
  }

  /** The first instant from which ticks are fired, when the next one is missed. */
  private static Instant afterMissed(Timing timing, Misfire misfire, Instant next, Instant now) {
    Instant punctualFrom = now.minus(timing.spread()).minus(misfire.grace());
    return switch (misfire.kind()) {
      case SKIP -> punctualFrom;
      case FIRE_ONCE -> latest(timing.lastBefore(punctualFrom).orElse(next), next);
      case FIRE_ALL -> {
        Instant first = latest(now.minus(timing.spread()).minus(misfire.within()), next);
        // The latest ones that may be fired, counted back from the punctual ones.
        Instant at = punctualFrom;
        for (int i = 0; i < misfire.most() && at.isAfter(first); i++) {
          at = timing.lastBefore(at).orElse(first);
        }
        yield latest(at, first);
      }
    };
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
