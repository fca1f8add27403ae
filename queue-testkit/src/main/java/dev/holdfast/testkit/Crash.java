package dev.holdfast.testkit;

import dev.holdfast.job.JobId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The death of one worker, ordered with {@link TestWorkers#crashAfter}. */
public final class Crash {
  /** A {@link CrashPoint}, or the name of a point in a handler. */
  private final Object after;

  /** Written once, when it happens. */
  private volatile @Nullable Happened happened;

  private record Happened(String worker, JobId job) {}

  Crash(Object after) {
    this.after = after;
  }

  Object after() {
    return after;
  }

  void happen(String worker, JobId job) {
    happened = new Happened(worker, job);
  }

  /** Whether a worker has reached the point and died there. */
  public boolean happened() {
    return happened != null;
  }

  /** The name of the worker that died; empty if none did yet. */
  public Optional<String> worker() {
    return Optional.ofNullable(happened).map(Happened::worker);
  }

  /** The job it died of; empty if it did not happen yet. */
  public Optional<JobId> job() {
    return Optional.ofNullable(happened).map(Happened::job);
  }

  @Override
  public String toString() {
    Happened known = happened;
    return "crash after "
        + after
        + (known == null
            ? ", not reached yet"
            : " of " + known.worker() + " with job " + known.job());
  }
}
