package dev.holdfast;

import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.JobId;
import java.util.Objects;
import java.util.function.Function;

/** What became of one job of {@link Holdfast#enqueueAll}: enqueued, rejected or unknown. */
public sealed interface EnqueueResult
    permits Enqueued, EnqueueResult.Rejected, EnqueueResult.Unknown {
  /** The job's id. */
  JobId id();

  /** Calls the function for the case at hand. */
  default <T> T match(
      Function<Enqueued, T> enqueued,
      Function<Rejected, T> rejected,
      Function<Unknown, T> unknown) {
    if (this instanceof Enqueued e) {
      return enqueued.apply(e);
    } else if (this instanceof Rejected r) {
      return rejected.apply(r);
    }
    return unknown.apply((Unknown) this);
  }

  /**
   * The job is not in its queue.
   *
   * @param id the id it would have had
   * @param cause why: the queue is full, or the engine did not answer before anything was sent
   */
  record Rejected(JobId id, HoldfastException cause) implements EnqueueResult {
    /** Checks that both are given. */
    public Rejected {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(cause, "cause");
    }
  }

  /**
   * The job was sent and no answer came: it may be in its queue. Enqueue it again with {@link
   * EnqueueOptions#retryOf} to settle it.
   *
   * @param id the id to retry with
   * @param cause what happened
   */
  record Unknown(JobId id, HoldfastException cause) implements EnqueueResult {
    /** Checks that both are given. */
    public Unknown {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(cause, "cause");
    }
  }
}
