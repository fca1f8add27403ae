package dev.holdfast.schedule;

import java.time.Instant;
import java.util.Optional;

/** When a schedule fires, for ever: a pure function of instants. */
public sealed interface When permits Cron, Every {
  /** The first tick strictly after an instant; empty if there is none within 400 years. */
  Optional<Instant> next(Instant after);

  /** The last tick at or before an instant; empty if there is none within 400 years before. */
  Optional<Instant> last(Instant until);

  /**
   * How many ticks there are.
   *
   * @param from the first instant that counts
   * @param before the first that does not
   * @param most where counting ends: this number means so many or more
   */
  long count(Instant from, Instant before, int most);

  /** What it says, for a message. */
  String describe();
}
