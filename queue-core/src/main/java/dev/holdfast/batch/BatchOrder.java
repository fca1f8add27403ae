package dev.holdfast.batch;

import dev.holdfast.job.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch's own job is told: how many jobs it has, and what follows. Public for the worker and
 * the doors alone.
 *
 * @param total how many jobs
 * @param keepOpen how long it waits for dead jobs to be redriven
 * @param complete what follows when all have ended, or null
 * @param success what follows when all have succeeded, or null
 * @param failure what follows when all have ended and one has not succeeded, or null
 */
public record BatchOrder(
    int total,
    Duration keepOpen,
    @Nullable Follower complete,
    @Nullable Follower success,
    @Nullable Follower failure) {
  /** The type of the jobs that batches are. */
  public static final String JOB = "holdfast.batch";

  /** How long a batch is waited for that was never told that all its jobs are there. */
  public static final Duration SEALED_WITHIN = Duration.ofHours(24);

  /** Checks that a time is given. */
  public BatchOrder {
    Objects.requireNonNull(keepOpen, "keepOpen");
  }

  /**
   * A job that follows, checked and encoded.
   *
   * @param queue its queue
   * @param type its type
   * @param priority its lane
   * @param limitKey what limits of keys count it under, or null
   * @param cost how many permits of a rate its claim takes
   * @param delay how long it waits first, or null
   * @param instant when it starts, or null
   * @param subjects what its run listens for from its enqueue on
   * @param envelope its encoded envelope
   */
  public record Follower(
      String queue,
      String type,
      Priority priority,
      @Nullable String limitKey,
      int cost,
      @Nullable Duration delay,
      @Nullable Instant instant,
      List<String> subjects,
      byte[] envelope) {
    /** Copies the list. */
    public Follower {
      Objects.requireNonNull(queue, "queue");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(priority, "priority");
      Objects.requireNonNull(envelope, "envelope");
      subjects = List.copyOf(subjects);
    }
  }
}
