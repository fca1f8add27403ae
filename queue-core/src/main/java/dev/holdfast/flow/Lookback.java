package dev.holdfast.flow;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which events a wait counts that came before it. Only those are there that the run listened for
 * when they came: {@link dev.holdfast.event.Awaits} makes it listen from its enqueue on, otherwise
 * it listens from its first wait of that type and key on.
 *
 * @param most how long before the wait was first reached; null: without bound
 */
public record Lookback(@Nullable Duration most) {
  /** All since the run was enqueued. */
  public static final Lookback RUN_START = new Lookback(null);

  /** None: only events that come after the wait was first reached. */
  public static final Lookback NONE = new Lookback(Duration.ZERO);

  /** Those that came at most so long before the wait was first reached. */
  public static Lookback of(Duration most) {
    return new Lookback(Objects.requireNonNull(most, "most"));
  }
}
