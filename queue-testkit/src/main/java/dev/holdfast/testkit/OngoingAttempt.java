package dev.holdfast.testkit;

import dev.holdfast.job.ClaimedJob;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobId;
import dev.holdfast.worker.BatchInterceptor;
import java.util.List;
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

  /** Notes each attempt of a worker on its thread; a batch by the first of its jobs. */
  static BatchInterceptor of(WorkerSide side) {
    return new BatchInterceptor() {
      @Override
      public void around(JobContext context, Chain attempt) throws Exception {
        note(context, attempt);
      }

      @Override
      public void aroundBatch(List<? extends ClaimedJob> batch, Chain call) throws Exception {
        note(batch.get(0), call);
      }

      private void note(ClaimedJob job, Chain rest) throws Exception {
        CURRENT.set(new OngoingAttempt(side, job.id()));
        try {
          rest.proceed();
        } finally {
          CURRENT.remove();
        }
      }
    };
  }

  /** The one on this thread; null if there is none. */
  static @Nullable OngoingAttempt here() {
    return CURRENT.get();
  }

  /** Whether its worker is dead. */
  boolean died() {
    return side.dead();
  }

  /** It has reached a point; ends it if its worker dies there, or is dead already. */
  void reached(Object point) {
    if (side.reached(point, job)) {
      throw new WorkerCrash("the worker of job " + job + " has died; " + point + " was reached");
    }
  }
}
