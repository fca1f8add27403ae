package dev.holdfast.spi;

import dev.holdfast.job.Counters;
import dev.holdfast.job.Priority;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job as it is handed to a worker.
 *
 * @param held its key and the token of this claim
 * @param type its type
 * @param priority its home lane
 * @param suspect whether it came from the suspect lane
 * @param counters with this claim counted
 * @param waited how long it was ready before it was claimed; by the engine's clock, or between the
 *     producer's and the engine's if it was enqueued for now and is claimed first
 * @param missedFor how long ago it was first missed; zero if never
 * @param cancelRequested whether somebody asked before the claim that it ends; only of runs, for
 *     other jobs then end unclaimed
 * @param checkpoint the cursor an earlier attempt stored, or null
 * @param journal what it has written down and was sent, or null if it is none or nothing
 * @param envelope the encoded envelope
 */
public record Claim(
    Held held,
    String type,
    Priority priority,
    boolean suspect,
    Counters counters,
    Duration waited,
    Duration missedFor,
    boolean cancelRequested,
    byte @Nullable [] checkpoint,
    @Nullable Journal journal,
    byte[] envelope) {

  /** Checks that all parts are there. */
  public Claim {
    Objects.requireNonNull(held, "held");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(counters, "counters");
    Objects.requireNonNull(envelope, "envelope");
  }

  /** A claim of a job without a journal. */
  // The javac of JDK 17 does not show NullAway @Nullable on array parts of a compiled record.
  @SuppressWarnings("NullAway")
  public Claim(
      Held held,
      String type,
      Priority priority,
      boolean suspect,
      Counters counters,
      Duration waited,
      Duration missedFor,
      byte @Nullable [] checkpoint,
      byte[] envelope) {
    this(
        held,
        type,
        priority,
        suspect,
        counters,
        waited,
        missedFor,
        false,
        checkpoint,
        null,
        envelope);
  }
}
