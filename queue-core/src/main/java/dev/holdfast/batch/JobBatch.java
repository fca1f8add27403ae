package dev.holdfast.batch;

import dev.holdfast.job.InvalidJobException;
import dev.holdfast.job.Naming;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that belong together, and the jobs that follow when they have ended. Immutable: each method
 * returns a changed batch.
 *
 * @param <P> what the jobs are: payloads, {@code JobRequest}s with options of their own, or batches
 */
public final class JobBatch<P> {
  private static final Duration LONGEST = Duration.ofDays(366);

  private static final int MOST_JOBS = 50_000;

  private final List<P> jobs;
  private final String queue;
  private final @Nullable String key;
  private final @Nullable Object onComplete;
  private final @Nullable Object onSuccess;
  private final @Nullable Object onFailure;
  private final Duration keepOpen;

  private JobBatch(
      List<P> jobs,
      String queue,
      @Nullable String key,
      @Nullable Object onComplete,
      @Nullable Object onSuccess,
      @Nullable Object onFailure,
      Duration keepOpen) {
    this.jobs = jobs;
    this.queue = queue;
    this.key = key;
    this.onComplete = onComplete;
    this.onSuccess = onSuccess;
    this.onFailure = onFailure;
    this.keepOpen = keepOpen;
  }

  /**
   * A batch of jobs, kept in a queue.
   *
   * @param queue where the batch itself is a job: a worker with any flow or batch handler, or any
   *     handler at all, that reads this queue leads it
   * @param jobs 0 to 50,000 payloads, {@code JobRequest}s or batches; none may have an idempotency
   *     key or a uniqueness. A batch in it has succeeded when all of its own jobs have, and is
   *     nested at most 16 deep. Their ends are kept with the batch, which has room for 100,000: the
   *     other half is for those that die, are redriven and end again
   */
  public static <P> JobBatch<P> of(String queue, List<P> jobs) {
    if (jobs.size() > MOST_JOBS) {
      throw new InvalidJobException(
          "a batch of "
              + jobs.size()
              + " jobs; at most 50,000. Nest several batches of them in one");
    }
    return new JobBatch<>(
        List.copyOf(jobs), Naming.queue(queue), null, null, null, null, Duration.ofDays(90));
  }

  /**
   * A name of the caller's own: while it is kept, 7 days, enqueuing a batch of this key again
   * completes what an earlier call may have left half-way, and adds no job twice. Default none.
   */
  public JobBatch<P> idempotencyKey(String newKey) {
    return new JobBatch<>(
        jobs, queue, Naming.key("batch key", newKey), onComplete, onSuccess, onFailure, keepOpen);
  }

  /** A job that is enqueued once all have ended, however. Default none. */
  public JobBatch<P> onComplete(Object payload) {
    return new JobBatch<>(
        jobs, queue, key, Objects.requireNonNull(payload), onSuccess, onFailure, keepOpen);
  }

  /**
   * A job that is enqueued once all have succeeded; dead ones that are redriven and succeed count.
   * Default none.
   */
  public JobBatch<P> onSuccess(Object payload) {
    return new JobBatch<>(
        jobs, queue, key, onComplete, Objects.requireNonNull(payload), onFailure, keepOpen);
  }

  /** A job that is enqueued once all have ended and one has not succeeded. Default none. */
  public JobBatch<P> onFailure(Object payload) {
    return new JobBatch<>(
        jobs, queue, key, onComplete, onSuccess, Objects.requireNonNull(payload), keepOpen);
  }

  /**
   * How long a batch whose jobs have all ended, and some died, waits for those to be redriven,
   * before it is a dead letter itself; zero to 366 days. Default 90 days.
   */
  public JobBatch<P> keepOpen(Duration wait) {
    if (wait.isNegative() || wait.compareTo(LONGEST) > 0) {
      throw new InvalidJobException("keepOpen is " + wait + "; it must be zero to 366 days");
    }
    return new JobBatch<>(jobs, queue, key, onComplete, onSuccess, onFailure, wait);
  }

  /** The jobs. */
  public List<P> jobs() {
    return jobs;
  }

  /** The queue the batch itself is in. */
  public String queue() {
    return queue;
  }

  /** The caller's own name for it, or null. */
  public @Nullable String idempotencyKey() {
    return key;
  }

  /** What follows when all have ended, or null. */
  public @Nullable Object onComplete() {
    return onComplete;
  }

  /** What follows when all have succeeded, or null. */
  public @Nullable Object onSuccess() {
    return onSuccess;
  }

  /** What follows when all have ended and one has not succeeded, or null. */
  public @Nullable Object onFailure() {
    return onFailure;
  }

  /** How long it waits for dead jobs to be redriven. */
  public Duration keepOpen() {
    return keepOpen;
  }
}
