package dev.holdfast.worker;

import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every claim its verdict, however it came to its end: its handler ended, it was handed back
 * unrun, it was given up, or we are at fault ourselves. Used by many threads.
 */
final class Settler {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);

  /** If not even the failure can be written down, as when memory has run out. */
  private static final Verdict LATER =
      new Verdict(
          new Outcome.Snoozed(Duration.ofSeconds(60)),
          Verdict.FAILED,
          "could not be settled",
          "",
          "runs again in a minute");

  private final OutcomeRules rules;
  private final AttemptLines lines;
  private final AtomicInteger stuck;

  /**
   * Creates a settler.
   *
   * @param stuck counts threads that run on after their attempt was given up
   */
  Settler(OutcomeRules rules, AttemptLines lines, AtomicInteger stuck) {
    this.rules = rules;
    this.lines = lines;
    this.stuck = stuck;
  }

  OutcomeRules rules() {
    return rules;
  }

  /** Gives the verdict, unless there is one. */
  void settle(ActiveJob job, Verdict verdict) {
    if (job.consumer().settle(job, verdict)) {
      lines.ended(job, verdict);
    }
  }

  /** Hands a job back that was not run, and says why. */
  void handBack(ActiveJob job) {
    String why = "the worker drains";
    if (job.cancelRequested()) {
      why = "its end was asked for before it began";
    } else if (job.leaseLost()) {
      why = "its lease was lost";
    }
    settle(job, Verdict.released(why));
  }

  /** Decides on an attempt whose handler was called and ended. */
  void ended(
      ClaimView view, RegisteredHandler handler, OutcomeRules.Ending ending, long flushNanos) {
    ActiveJob job = view.job();
    Verdict verdict = rules.ended(ending, job.claim().counters(), handler.settings());
    view.flushNotes(flushNanos);
    settle(job, verdict);
  }

  /**
   * Gives up on a handler that does not end; false if it has ended. Within a batch, the outcome
   * that its handler gave to the job stands.
   */
  boolean giveUp(ActiveJob job, Verdict otherwise) {
    BatchCall call = job.sharedCall();
    OutcomeRules.Ending own = call == null ? null : call.ownEnding(job);
    RegisteredHandler handler = job.handler();
    Verdict verdict =
        own == null || handler == null
            ? otherwise
            : rules.ended(own, job.claim().counters(), handler.settings());
    if (!job.giveUp(verdict, stuck)) {
      return false;
    }
    job.consumer().published(job);
    lines.ended(job, verdict);
    return true;
  }

  /** Gives up on a job without an outcome: its lease will end; false if it has ended. */
  boolean abandon(ActiveJob job, Verdict verdict) {
    if (!job.giveUp(verdict, stuck)) {
      return false;
    }
    job.consumer().abandoned(job);
    return true;
  }

  /** A handler whose attempt had been given up has ended at last, and with it its thread. */
  void unstuck(String head) {
    stuck.decrementAndGet();
    log.warn(
        "{}: its handler ended at last, after its attempt had been given up; what it did counts"
            + " for nothing",
        head);
  }

  /** A fault of ours, or no memory to decide with: a failure, or else run again a little later. */
  void lastResort(ActiveJob job, Throwable t) {
    job.handlerEnded();
    Verdict verdict = LATER;
    RegisteredHandler handler = job.handler();
    try {
      if (handler != null) {
        OutcomeRules.Ending ending =
            new OutcomeRules.Ending(null, t, null, false, false, job.cancelRequested());
        verdict = rules.ended(ending, job.claim().counters(), handler.settings());
      }
    } catch (Throwable again) {
      t.addSuppressed(again);
    }
    if (job.consumer().settle(job, verdict)) {
      try {
        log.error("job {}: its attempt ended in an unexpected error", job.id(), t);
      } catch (Throwable again) {
        log.error("job {}: its attempt ended in an error that cannot be shown", job.id());
      }
    }
  }
}
