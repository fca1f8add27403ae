package dev.holdfast.testkit;

import dev.holdfast.Holdfast;
import dev.holdfast.job.Failure;
import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import dev.holdfast.job.JobStatus;
import dev.holdfast.job.StateReason;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Asserts on one job. Each step reads the job anew: one round trip. A failure shows the job's
 * state, reason, counters and last failure.
 */
public final class JobAssert extends PatientAssert<JobAssert, JobId, Optional<JobStatus>> {
  private final Holdfast holdfast;

  JobAssert(Holdfast holdfast, JobId id, Patience patience) {
    super(Objects.requireNonNull(id, "id"), JobAssert.class, patience);
    this.holdfast = holdfast;
  }

  /** Its handler returned, and the outcome was accepted. */
  public JobAssert hasSucceeded() {
    return hasState(JobState.SUCCEEDED);
  }

  /** It waits in a lane for a worker. */
  public JobAssert isReady() {
    return hasState(JobState.READY);
  }

  /** It waits for an instant: a delay, a retry or a snooze. */
  public JobAssert isScheduled() {
    return hasState(JobState.SCHEDULED);
  }

  /** It waits for this instant, compared to the millisecond. */
  public JobAssert isScheduledFor(Instant instant) {
    long millis = instant.toEpochMilli();
    return expectJob(
        "to be SCHEDULED for " + instant,
        job -> {
          Instant runAt = job.runAt();
          return job.state() == JobState.SCHEDULED
              && runAt != null
              && runAt.toEpochMilli() == millis;
        });
  }

  /** A worker holds it. */
  public JobAssert isActive() {
    return hasState(JobState.ACTIVE);
  }

  /** It is a dead letter. */
  public JobAssert isDead() {
    return hasState(JobState.DEAD);
  }

  /** It was cancelled, or discarded by its handler. */
  public JobAssert isCancelled() {
    return hasState(JobState.CANCELLED);
  }

  /** It stands there. */
  public JobAssert hasState(JobState state) {
    return expectJob("to be " + state, job -> job.state() == state);
  }

  /** It stands where it stands for this reason. */
  public JobAssert withReason(StateReason reason) {
    return expectJob("to be there by reason " + reason, job -> job.reason() == reason);
  }

  /** So many attempts failed: threw, timed out or asked to retry. */
  public JobAssert hasFailures(int failures) {
    return expectJob(
        "to have " + failures + " failures", job -> job.counters().failures() == failures);
  }

  /** So many leases in a row ended without an outcome, as when a worker dies. */
  public JobAssert hasCrashes(int crashes) {
    return expectJob("to have " + crashes + " crashes", job -> job.counters().crashes() == crashes);
  }

  /** Its last failure is of exactly this class; a subclass is another one. */
  public JobAssert lastFailedWith(Class<? extends Throwable> type) {
    return expectJob(
        "to have failed last with " + type.getName(),
        job -> job.lastFailure().map(Failure::type).filter(type.getName()::equals).isPresent());
  }

  /** The message of its last failure contains this. */
  public JobAssert lastFailedWithMessage(String part) {
    return expectJob(
        "to have failed last with a message containing \"" + part + "\"",
        job -> job.lastFailure().filter(failure -> failure.message().contains(part)).isPresent());
  }

  /** Its handler returned a result that equals this. */
  public JobAssert hasResult(Object expected) {
    return check(
        () -> {
          Optional<?> result = holdfast.result(actual, expected.getClass());
          if (result.isPresent() && result.get().equals(expected)) {
            return null;
          }
          Optional<JobStatus> read = read();
          return "Expected "
              + name(read)
              + " to have result "
              + expected
              + "\nbut its result is "
              + result.map(Object::toString).orElse("none")
              + ": "
              + describe(read);
        });
  }

  /** What is known of the job passes a test of the caller's own, described for the failure. */
  public JobAssert has(String toHave, Predicate<JobStatus> test) {
    return expectJob("to have " + toHave, test);
  }

  /** Nothing is known of it: never enqueued, deleted, or its retention is over. */
  public JobAssert isUnknown() {
    return expect("to be unknown", Optional::isEmpty);
  }

  private JobAssert expectJob(String toBe, Predicate<JobStatus> test) {
    return expect(toBe, read -> read.filter(test).isPresent());
  }

  @Override
  Optional<JobStatus> read() {
    return holdfast.status(actual);
  }

  @Override
  String name(Optional<JobStatus> read) {
    return "job " + actual + read.map(job -> " (" + job.type() + ")").orElse("");
  }

  @Override
  String describe(Optional<JobStatus> read) {
    return read.map(Descriptions::of)
        .orElse("it is unknown: never enqueued here, deleted, or its retention is over");
  }
}
