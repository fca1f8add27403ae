package dev.holdfast.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link Turn}.
 *
 * @param stale whether a later turn of this consumer was seen: nothing was done
 * @param settled what became of each outcome, in order
 * @param claims the jobs claimed
 * @param more whether the caller, having room left, should take another turn at once
 * @param paused whether the queue is paused
 * @param nextDue how long until the next job is due, if this consumer keeps the watch and there is
 *     one; null otherwise
 * @param trimmedDead how many dead letters retention removed
 * @param corrupt how many claimed jobs the engine itself buried as malformed or missing
 * @param untold whether jobs of the queue have ended whose parents have not been told: see {@link
 *     Runs#ended}
 */
public record TurnReply(
    boolean stale,
    List<Settled> settled,
    List<Claim> claims,
    boolean more,
    boolean paused,
    @Nullable Duration nextDue,
    int trimmedDead,
    int corrupt,
    boolean untold) {

  /** An answer of a queue in which no end is untold. */
  public TurnReply(
      boolean stale,
      List<Settled> settled,
      List<Claim> claims,
      boolean more,
      boolean paused,
      @Nullable Duration nextDue,
      int trimmedDead,
      int corrupt) {
    this(stale, settled, claims, more, paused, nextDue, trimmedDead, corrupt, false);
  }

  /** Copies the lists. */
  public TurnReply {
    settled = List.copyOf(settled);
    claims = List.copyOf(claims);
  }
}
