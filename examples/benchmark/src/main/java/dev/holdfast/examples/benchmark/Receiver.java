package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.JobContext;
import dev.holdfast.job.JobHandler;
import dev.holdfast.worker.WorkerOptions;
import dev.holdfast.worker.WorkerOptions.AttemptLog;
import java.util.List;

/** The handler of every worker here: passes the job's number to what the run wants done. */
final class Receiver implements JobHandler<Noop> {
  /** Jobs that a worker does before it is measured. */
  static final int PRIMING = 500;

  private volatile Handling handling =
      (number, context) -> {
        throw new BrokenDeliveryException("job " + number + " comes before the run has begun");
      };

  /** What a run does with a job. */
  @FunctionalInterface
  interface Handling {
    void handle(int number, JobContext context) throws Exception;
  }

  /** From now on jobs are only counted. */
  Deliveries count(Deliveries deliveries) {
    handling = (number, context) -> deliveries.handled(number);
    return deliveries;
  }

  /** From now on this is done with jobs. */
  void with(Handling next) {
    handling = next;
  }

  @Override
  public void handle(Noop job, JobContext context) throws Exception {
    handling.handle(job.number(), context);
  }

  /** Has a worker on the usual queue do some jobs: connections, scripts and threads are there. */
  void prime(Holdfast holdfast) throws InterruptedException {
    Deliveries priming = count(new Deliveries(PRIMING));
    Backlog.fill(holdfast, PRIMING);
    priming.await(Backlog.PATIENCE);
    Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
    priming.requireExact();
  }

  /** The worker options of every scenario, unless it is about one of them. */
  static WorkerOptions.Builder options() {
    return WorkerOptions.builder().attemptLog(AttemptLog.FAILURES);
  }

  /** Starts a worker on the usual queue. */
  Worker start(Holdfast holdfast, int slots) {
    return Worker.on(holdfast)
        .handler(this)
        .queue(Noop.QUEUE, slots)
        .options(options().build())
        .start();
  }
}
