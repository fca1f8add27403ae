package dev.holdfast.worker;

import dev.holdfast.flow.DeadlinePassedException;
import dev.holdfast.flow.FlowChangedException;
import dev.holdfast.flow.FlowHandler;
import dev.holdfast.flow.JournalLimitException;
import dev.holdfast.flow.Run;
import dev.holdfast.flow.RunSuspended;
import dev.holdfast.flow.StepFailedException;
import dev.holdfast.flow.Steps;
import dev.holdfast.job.Failure;
import dev.holdfast.job.HoldfastException;
import dev.holdfast.job.StateReason;
import dev.holdfast.json.AttemptJson;
import dev.holdfast.spi.Journal;
import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one attempt of a run, between the gate and the verdict: reads its journal, calls the handler
 * with its steps, tells it of its failure or its cancel before the run ends so, and decides what
 * becomes of it. Used by many threads.
 *
 * <p>What becomes of the call, the first that fits: another run goes on in its place: succeeded; it
 * waits: suspended, whatever the handler made of that; a drain or a timeout came between its steps:
 * as for any job; it returned: succeeded; its end was asked for: {@code onCancel}, then cancelled;
 * a step has failed for good, the code has changed too much, the journal is full: {@code
 * onFailure}, then dead; else as for any job, {@code onFailure} before it is dead.
 */
final class FlowRunner {
  private static final Logger log = LoggerFactory.getLogger(FlowRunner.class);

  private final WorkerPlan plan;
  private final Settler settler;
  private final AttemptLines lines;
  private final HandlerThreads threads;

  FlowRunner(WorkerPlan plan, Settler settler, AttemptLines lines, HandlerThreads threads) {
    this.plan = plan;
    this.settler = settler;
    this.lines = lines;
    this.threads = threads;
  }

  /** One attempt. */
  private record Attempt(
      ActiveJob job,
      RegisteredHandler handler,
      RegisteredHandler.Flow code,
      AttemptContext context,
      FlowHandler<Object, Object> flow,
      Run run) {}

  /** How a call ended: with a result, which may be null, or with what it threw. */
  private record Called(@Nullable Object result, @Nullable Throwable thrown) {}

  void run(
      ActiveJob job,
      RegisteredHandler handler,
      RegisteredHandler.Flow code,
      AttemptContext context) {
    lines.started(job);
    plan.meters()
        .started(job.consumer().queue().ref().name(), job.claim().type(), job.claim().waited());
    Verdict verdict = null;
    Throwable thrown = null;
    try {
      verdict = lead(job, handler, code, context);
    } catch (Throwable t) {
      thrown = t;
    }
    boolean ours = job.handlerEnded();
    Thread.interrupted();
    if (!ours) {
      settler.unstuck(AttemptLines.head(job));
      return;
    }
    if (verdict == null) {
      verdict =
          settler
              .rules()
              .ended(
                  ending(job, context, thrown, null), job.claim().counters(), handler.settings());
    }
    context.flushNotes(Notes.flushNanos());
    settler.settle(job, verdict);
  }

  private Verdict lead(
      ActiveJob job, RegisteredHandler handler, RegisteredHandler.Flow code, AttemptContext context)
      throws Exception {
    FlowHost host = new FlowHost(context, handler, plan, threads);
    Run run =
        new Run(
            host,
            code.options(),
            journal(job),
            job.claim().counters().claims(),
            job.claim().counters().crashes());
    String unfit = run.unfit();
    if (unfit != null) {
      return settler.rules().missed(unfit, job.claim().counters(), job.claim().missedFor());
    }
    Attempt attempt = new Attempt(job, handler, code, context, code.maker().make(), run);
    return switch (run.phase()) {
      case RUNNING -> run.isNew() && comesTooLate(attempt) ? late(attempt) : go(attempt);
      case FAILING -> fail(attempt, run.deathStep(), run.deathReason(), run.deathFailure());
      case CANCELLING -> cancel(attempt);
      case DEAD -> dead(attempt, run.deathReason(), run.deathFailure());
    };
  }

  private Journal journal(ActiveJob job) {
    Journal claimed = job.claim().journal();
    if (claimed == null) {
      return Journal.EMPTY;
    }
    return claimed.whole()
        ? claimed
        : plan.engine().runs().read(job.consumer().queue().ref(), job.held().key());
  }

  private static boolean comesTooLate(Attempt attempt) {
    Duration most = attempt.code().options().startWithin();
    return most != null && attempt.job().claim().waited().compareTo(most) > 0;
  }

  private Verdict late(Attempt attempt) {
    Failure failure =
        new Failure(
            "start-within",
            "it was ready for "
                + attempt.job().claim().waited()
                + " and was to start within "
                + attempt.code().options().startWithin(),
            "");
    return fail(attempt, "", StateReason.NON_RETRIABLE, failure);
  }

  // ---- the handler's own call -------------------------------------------------------------------

  private Verdict go(Attempt attempt) {
    Run run = attempt.run();
    Steps steps = run.steps();
    Called called = call(attempt, () -> attempt.flow().run(steps, attempt.context().decoded()));
    Throwable thrown = called.thrown();
    if (attempt.context().verb() != null) {
      return ended(attempt, thrown, null);
    } else if (run.isContinued()) {
      return Verdict.success();
    } else if (run.isSuspended(steps)) {
      warnIfSwallowed(attempt, called);
      return Verdict.suspended(run.suspension(false), run.waitsFor());
    } else if (thrown == null && !run.isInterrupted()) {
      return succeed(attempt, called.result());
    }
    Throwable why = thrown == null ? new IllegalStateException("it was interrupted") : thrown;
    if (run.isCancelled()) {
      return cancel(attempt);
    } else if (isStopped(attempt)) {
      return stopped(attempt, why);
    } else if (thrown instanceof StepFailedException failed && run.isOwn(failed)) {
      return fail(attempt, failed.step(), StateReason.NON_RETRIABLE, failed.failure());
    } else if (thrown instanceof FlowChangedException
        || thrown instanceof JournalLimitException
        || thrown instanceof DeadlinePassedException) {
      return fail(attempt, "", StateReason.NON_RETRIABLE, Failure.of(why));
    }
    return stopped(attempt, why);
  }

  private Verdict succeed(Attempt attempt, @Nullable Object result) {
    int unvisited = attempt.run().unvisited();
    if (unvisited > 0) {
      log.info(
          "{}: the run has succeeded, and {} steps that it had recorded are not in its code any"
              + " more",
          AttemptLines.head(attempt.job()),
          unvisited);
    }
    if (result == null) {
      return Verdict.success();
    }
    byte[] encoded;
    try {
      encoded = attempt.context().encodeResult(result);
    } catch (RuntimeException e) {
      return stopped(attempt, e);
    }
    return Verdict.success(encoded);
  }

  private static void warnIfSwallowed(Attempt attempt, Called called) {
    if (!(called.thrown() instanceof RunSuspended)) {
      log.warn(
          "{}: its handler caught what suspends the run, and then {}; that is dropped. Do not catch"
              + " Throwable, Error or RunSuspended around steps",
          AttemptLines.head(attempt.job()),
          called.thrown() == null ? "returned" : "threw " + called.thrown());
    }
  }

  /** The rules of any job, and onFailure before its death. */
  private Verdict stopped(Attempt attempt, Throwable thrown) {
    Verdict verdict = ended(attempt, thrown, null);
    if (verdict.outcome() instanceof Outcome.Buried buried) {
      byte[] text = buried.attempt();
      Failure failure = text == null ? Failure.of(thrown) : AttemptJson.decode(text).failure();
      return fail(attempt, "", buried.reason(), failure);
    }
    flush(attempt);
    return verdict;
  }

  /** The outcome takes nothing along: what waits to be written, such as a sleep, would be lost. */
  private static void flush(Attempt attempt) {
    try {
      attempt.run().flush();
    } catch (HoldfastException e) {
      log.debug("{}: {}", AttemptLines.head(attempt.job()), e.getMessage());
    }
  }

  // ---- failure and cancel -----------------------------------------------------------------------

  private Verdict fail(Attempt attempt, String step, StateReason reason, Failure failure) {
    Run run = attempt.run();
    if (attempt.code().hearsFailure()) {
      Steps steps = run.failureSteps(step, reason, failure);
      if (isStopped(attempt)) {
        return Verdict.suspended(run.again(), "the end of the attempt that failed");
      }
      Called called =
          callLast(
              attempt,
              () -> {
                attempt.flow().onFailure(steps, attempt.context().decoded(), failure);
                return null;
              });
      if (run.isSuspended(steps)) {
        warnIfSwallowed(attempt, called);
        return Verdict.suspended(run.suspension(run.isCancelled()), run.waitsFor());
      } else if (called.thrown() != null && attempt.job().drained()) {
        return Verdict.suspended(run.again(), "the end of a drain");
      }
      warnOf(attempt, "onFailure", called.thrown());
    }
    if (!step.isEmpty() || run.hasFailurePhase()) {
      run.die(step, reason, failure);
    }
    return dead(attempt, reason, failure);
  }

  private Verdict dead(Attempt attempt, StateReason reason, Failure failure) {
    return settler.rules().dead(reason, failure, attempt.job().claim().counters());
  }

  private Verdict cancel(Attempt attempt) {
    Run run = attempt.run();
    boolean byEvent = run.cancelledByEvent();
    if (attempt.code().hearsCancel()) {
      Steps steps = run.cancelSteps();
      if (isStopped(attempt)) {
        return Verdict.suspended(run.again(), "the end of the attempt that was to end");
      }
      Called called =
          callLast(
              attempt,
              () -> {
                attempt.flow().onCancel(steps, attempt.context().decoded());
                return null;
              });
      if (run.isSuspended(steps)) {
        warnIfSwallowed(attempt, called);
        return Verdict.suspended(run.suspension(true), run.waitsFor());
      } else if (called.thrown() != null && attempt.job().drained()) {
        return Verdict.suspended(run.again(), "the end of a drain");
      }
      warnOf(attempt, "onCancel", called.thrown());
    }
    return settler.rules().cancelled(byEvent, attempt.job().claim().counters());
  }

  private static void warnOf(Attempt attempt, String method, @Nullable Throwable thrown) {
    if (thrown != null) {
      log.warn(
          "{}: its {} threw, which changes nothing",
          AttemptLines.head(attempt.job()),
          method,
          thrown);
    }
  }

  // ---- calling ----------------------------------------------------------------------------------

  /** A drain or the timeout has interrupted it: no time is left for more of the user's code. */
  private static boolean isStopped(Attempt attempt) {
    return attempt.job().drained() || attempt.job().timedOut();
  }

  /** After the handler's own call: whoever interrupted that left a mark with the job. */
  private Called callLast(Attempt attempt, Callable<@Nullable Object> code) {
    Thread.interrupted();
    return call(attempt, code);
  }

  private Called call(Attempt attempt, Callable<@Nullable Object> code) {
    AtomicReference<@Nullable Object> result = new AtomicReference<>();
    try {
      if (plan.interceptors().isEmpty()) {
        result.set(code.call());
      } else {
        Interception.run(
            plan.interceptors(),
            (interceptor, rest) -> interceptor.around(attempt.context(), rest),
            () -> result.set(code.call()));
      }
      return new Called(result.get(), null);
    } catch (Throwable t) {
      if (!(t instanceof RunSuspended) && log.isDebugEnabled()) {
        log.debug("{}: its handler threw", AttemptLines.head(attempt.job()), t);
      }
      return new Called(null, t);
    }
  }

  private Verdict ended(Attempt attempt, @Nullable Throwable thrown, byte @Nullable [] result) {
    ActiveJob job = attempt.job();
    return settler
        .rules()
        .ended(
            ending(job, attempt.context(), thrown, result),
            job.claim().counters(),
            attempt.handler().settings());
  }

  private static OutcomeRules.Ending ending(
      ActiveJob job, AttemptContext context, @Nullable Throwable thrown, byte @Nullable [] result) {
    return new OutcomeRules.Ending(
        context.verb(), thrown, result, job.timedOut(), job.drained(), job.cancelRequested());
  }
}
