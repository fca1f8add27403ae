package dev.holdfast.flow;

import dev.holdfast.event.EventType;
import dev.holdfast.event.EventTypes;
import dev.holdfast.job.InvalidJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a run waits for. Immutable: each method returns a changed wait.
 *
 * @param <E> the event's class
 */
public final class Wait<E> {
  private static final Duration LONGEST = Duration.ofDays(3660);

  private final Class<E> event;
  private final String type;
  private final String key;
  private final @Nullable Duration within;
  private final @Nullable Instant until;
  private final Lookback lookback;
  private final Predicate<? super E> filter;

  private Wait(
      Class<E> event,
      String type,
      String key,
      @Nullable Duration within,
      @Nullable Instant until,
      Lookback lookback,
      Predicate<? super E> filter) {
    this.event = event;
    this.type = type;
    this.key = key;
    this.within = within;
    this.until = until;
    this.lookback = lookback;
    this.filter = filter;
  }

  /**
   * For events of a class, without a key and without an end.
   *
   * @param event annotated with {@link EventType}
   * @throws InvalidJobException if it is not, or not well
   */
  public static <E> Wait<E> on(Class<E> event) {
    return new Wait<>(
        event, EventTypes.typeOf(event), "", null, null, Lookback.RUN_START, any -> true);
  }

  /**
   * Only events of this key. Default: only events without one.
   *
   * @throws dev.holdfast.job.InvalidNameException if it is no key: 1 to 256 bytes without control
   *     characters
   */
  public Wait<E> key(String newKey) {
    return new Wait<>(event, type, EventTypes.requireKey(newKey), within, until, lookback, filter);
  }

  /** At most so long, counted from when the wait is first reached. Default: without end. */
  public Wait<E> within(Duration most) {
    Objects.requireNonNull(most, "most");
    if (most.isNegative() || most.compareTo(LONGEST) > 0) {
      throw new InvalidJobException(
          "a wait of " + most + " is out of range; it must be zero to 3,660 days");
    }
    return new Wait<>(event, type, key, most, null, lookback, filter);
  }

  /**
   * Until an instant of the engine's clock. Default: without end. An event counts by when it has
   * reached the run: one that was published before, and that no worker has handed on by then, comes
   * too late.
   */
  public Wait<E> until(Instant end) {
    return new Wait<>(event, type, key, null, Objects.requireNonNull(end, "end"), lookback, filter);
  }

  /** Which events count that came before. Default {@link Lookback#RUN_START}. */
  public Wait<E> since(Lookback from) {
    return new Wait<>(
        event, type, key, within, until, Objects.requireNonNull(from, "from"), filter);
  }

  /** Only events for which this is true; asked when one has come. Default: all. */
  public Wait<E> where(Predicate<? super E> condition) {
    return new Wait<>(
        event, type, key, within, until, lookback, Objects.requireNonNull(condition, "condition"));
  }

  /** The event's class. */
  public Class<E> event() {
    return event;
  }

  /** The event's type. */
  public String type() {
    return type;
  }

  /** The key; "" for events without one. */
  public String key() {
    return key;
  }

  /** How long at most, or null. */
  @Nullable Duration within() {
    return within;
  }

  /** Until when, or null. */
  @Nullable Instant until() {
    return until;
  }

  /** Which earlier events count. */
  Lookback lookback() {
    return lookback;
  }

  /** Whether an event counts. */
  boolean accepts(E payload) {
    return filter.test(payload);
  }
}
