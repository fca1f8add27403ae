package dev.holdfast.testkit;

import dev.holdfast.JobQueue;
import dev.holdfast.job.QueueStats;
import java.util.function.ToLongFunction;

/** Asserts on one queue. Each step counts anew: one round trip. A failure shows all counts. */
public final class QueueAssert extends PatientAssert<QueueAssert, JobQueue, QueueStats> {
  QueueAssert(JobQueue actual, Patience patience) {
    super(actual, QueueAssert.class, patience);
  }

  /** Nothing is left to do: no job is ready, scheduled or active. Ended ones do not count. */
  public QueueAssert isEmpty() {
    return expect("to be empty", stats -> stats.ready() + stats.scheduled() + stats.active() == 0);
  }

  /** So many jobs wait for a worker. */
  public QueueAssert hasReady(long jobs) {
    return has(jobs, "ready", QueueStats::ready);
  }

  /** So many jobs wait for an instant. */
  public QueueAssert hasScheduled(long jobs) {
    return has(jobs, "scheduled", QueueStats::scheduled);
  }

  /** So many jobs are held by workers. */
  public QueueAssert hasActive(long jobs) {
    return has(jobs, "active", QueueStats::active);
  }

  /** So many jobs succeeded or were cancelled, and are still kept. */
  public QueueAssert hasDone(long jobs) {
    return has(jobs, "done", QueueStats::done);
  }

  /** So many jobs are dead letters. */
  public QueueAssert hasDead(long jobs) {
    return has(jobs, "dead", QueueStats::dead);
  }

  /** Claiming is stopped. */
  public QueueAssert isPaused() {
    return expect("to be paused", QueueStats::paused);
  }

  /** Claiming is not stopped. */
  public QueueAssert isNotPaused() {
    return expect("not to be paused", stats -> !stats.paused());
  }

  private QueueAssert has(long jobs, String which, ToLongFunction<QueueStats> count) {
    return expect(
        "to have " + jobs + " " + which + " jobs", stats -> count.applyAsLong(stats) == jobs);
  }

  @Override
  QueueStats read() {
    return actual.stats();
  }

  @Override
  String name(QueueStats read) {
    return "queue " + actual.name();
  }

  @Override
  String describe(QueueStats read) {
    return Descriptions.of(read);
  }
}
