package dev.holdfast.testkit;

import dev.holdfast.job.JobId;
import dev.holdfast.worker.AttemptInterceptor;
import org.jspecify.annotations.Nullable;

/** The attempt that runs on a thread, of a worker that a test started. */
final class OngoingAttempt {
  private static final ThreadLocal<@Nullable OngoingAttempt> CURRENT = new ThreadLocal<>();

  private final WorkerSide side;
  private final JobId job;

  private OngoingAttempt(WorkerSide side, JobId job) {
    this.side = side;
    this.job = job;
  }

  /** Notes each attempt of a worker on its thread. */
  static AttemptInterceptor of(WorkerSide side) {
    return (context, attempt) -> {
      CURRENT.set(new OngoingAttempt(side, context.id()));
      try {
        attempt.proceed();
      } finally {
        CURRENT.remove();
      }
    };
  }

  /** The one on this thread; null if there is none. */
  static @Nullable OngoingAttempt here() {
    return CURRENT.get();
  }

  /** It has reached a point by name; ends it if its worker dies there, or is dead already. */
  void reached(String point) {
    if (side.reached(point, job)) {
      throw new WorkerCrash("the worker of job " + job + " has died; " + point + " was reached");
    }
  }
}
