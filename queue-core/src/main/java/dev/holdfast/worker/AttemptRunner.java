package dev.holdfast.worker;

import dev.holdfast.job.JobContext;
import dev.holdfast.spi.Claim;
import dev.holdfast.spi.Envelope;
import dev.holdfast.spi.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs one attempt on its own thread, stage by stage: find the handler, read the envelope and the
 * payload, pass the handler's gate, call it, decide, write notes, settle. Whatever is thrown,
 * errors of the JVM included, the job gets a verdict and its slot is freed. Used by many threads.
 */
final class AttemptRunner {
  private static final Logger log = LoggerFactory.getLogger(AttemptRunner.class);

  /** If not even the failure can be written down, as when memory has run out. */
  private static final Verdict LATER =
      new Verdict(
          new Outcome.Snoozed(Duration.ofSeconds(60)),
          Verdict.FAILED,
          "could not be settled",
          "",
          "runs again in a minute");

  private final WorkerPlan plan;
  private final OutcomeRules rules;
  private final AttemptLines lines;
  private final AtomicInteger stuck;
  private final long doubtNanos;

  /**
   * Creates a runner.
   *
   * @param stuck counts threads that run on after their attempt was given up
   */
  AttemptRunner(WorkerPlan plan, OutcomeRules rules, AttemptLines lines, AtomicInteger stuck) {
    this.plan = plan;
    this.rules = rules;
    this.lines = lines;
    this.stuck = stuck;
    this.doubtNanos = plan.options().lease().minus(plan.options().extendPeriod()).toNanos();
  }

  void run(ActiveJob job) {
    try {
      attempt(job);
    } catch (Throwable t) {
      lastResort(job, t);
    } finally {
      // The thread may be pooled: neither an interrupt nor the MDC may reach its next job.
      Thread.interrupted();
    }
  }

  private void attempt(ActiveJob job) {
    Claim claim = job.claim();
    RegisteredHandler handler = plan.handlers().find(claim.type());
    if (handler == null) {
      settle(
          job, rules.missed("no handler for this type here", claim.counters(), claim.missedFor()));
      return;
    }
    job.handledBy(handler);
    Envelope envelope;
    Object payload;
    try {
      envelope = plan.envelopes().decode(claim.envelope());
      if (envelope.version() > Envelope.VERSION) {
        String why =
            "its envelope has version "
                + envelope.version()
                + ", and this worker reads "
                + Envelope.VERSION;
        settle(job, rules.missed(why, claim.counters(), claim.missedFor()));
        return;
      }
      payload =
          plan.codec().decode("payload of job " + job.id(), envelope.payload(), handler.payload());
    } catch (RuntimeException e) {
      settle(job, rules.malformed(e, claim.counters()));
      return;
    }
    if (!passGate(job, handler)) {
      return;
    }
    Thread.interrupted();
    if (!job.startRunning(handler.settings().timeout().toNanos())) {
      settle(job, handedBack(job));
      return;
    }
    AttemptContext context =
        new AttemptContext(
            job,
            envelope,
            plan.engine().claiming(),
            plan.codec(),
            doubtNanos,
            () -> job.consumer().leaseLost(job));
    MDC.setContextMap(mdc(job, envelope));
    try {
      call(job, handler, payload, context);
    } finally {
      MDC.clear();
    }
  }

  /** Waits in its slot for the handler's own concurrency, lease extended. */
  private boolean passGate(ActiveJob job, RegisteredHandler handler) {
    Semaphore gate = handler.gate();
    if (gate == null) {
      return true;
    }
    // Whoever waits comes first: a permit is not taken past them.
    boolean passed = !gate.hasQueuedThreads() && gate.tryAcquire();
    if (!passed && job.startWaiting()) {
      try {
        gate.acquire();
        passed = true;
      } catch (InterruptedException e) {
        // A drain, a cancel or a lost lease: startRunning would refuse it anyway.
        Thread.currentThread().interrupt();
      }
    }
    if (passed) {
      job.gotPermit();
    } else {
      settle(job, handedBack(job));
    }
    return passed;
  }

  private static Verdict handedBack(ActiveJob job) {
    if (job.cancelRequested()) {
      return Verdict.released("its end was asked for before it began");
    }
    return Verdict.released(job.leaseLost() ? "its lease was lost" : "the worker drains");
  }

  private void call(
      ActiveJob job, RegisteredHandler handler, Object payload, AttemptContext context) {
    lines.started(job);
    plan.meters()
        .started(job.consumer().queue().ref().name(), job.claim().type(), job.claim().waited());
    Object result = null;
    Throwable thrown = null;
    try {
      result = invoke(handler, payload, context);
    } catch (Throwable t) {
      thrown = t;
    }
    boolean ours = job.handlerEnded();
    Thread.interrupted();
    if (!ours) {
      stuck.decrementAndGet();
      log.warn(
          "{}: its handler ended at last, after its attempt had been given up; what it did counts"
              + " for nothing",
          AttemptLines.head(job));
      return;
    }
    byte[] encoded = null;
    if (result != null && thrown == null && context.verb() == null) {
      try {
        encoded = plan.codec().encode("result of job " + job.id(), result);
      } catch (RuntimeException e) {
        thrown = e;
      }
    }
    OutcomeRules.Ending ending =
        new OutcomeRules.Ending(
            context.verb(), thrown, encoded, job.timedOut(), job.drained(), job.cancelRequested());
    Verdict verdict = rules.ended(ending, job.claim().counters(), handler.settings());
    if (thrown != null && log.isDebugEnabled()) {
      log.debug("{}: its handler threw", AttemptLines.head(job), thrown);
    }
    context.flushNotes();
    settle(job, verdict);
  }

  private @Nullable Object invoke(RegisteredHandler handler, Object payload, AttemptContext context)
      throws Exception {
    if (plan.interceptors().isEmpty()) {
      return handler.call().handle(payload, context);
    }
    Interception interception = new Interception(handler, payload, context);
    interception.proceed(0);
    return interception.result();
  }

  /** One pass through the chain of interceptors. Used by the attempt's thread. */
  private final class Interception {
    private final RegisteredHandler handler;
    private final Object payload;
    private final AttemptContext context;
    private int reached = -1;
    private @Nullable Object result;

    Interception(RegisteredHandler handler, Object payload, AttemptContext context) {
      this.handler = handler;
      this.payload = payload;
      this.context = context;
    }

    void proceed(int index) throws Exception {
      if (reached >= index) {
        throw new IllegalStateException(
            "an attempt interceptor called the rest of the chain twice");
      }
      reached = index;
      if (index == plan.interceptors().size()) {
        result = handler.call().handle(payload, context);
        return;
      }
      AttemptInterceptor interceptor = plan.interceptors().get(index);
      JobContext seen = context;
      interceptor.around(seen, () -> proceed(index + 1));
      if (reached == index) {
        throw new IllegalStateException(
            "attempt interceptor "
                + interceptor.getClass().getName()
                + " did not call the rest of the chain");
      }
    }

    @Nullable Object result() {
      return result;
    }
  }

  private void settle(ActiveJob job, Verdict verdict) {
    if (job.consumer().settle(job, verdict)) {
      lines.ended(job, verdict);
    }
  }

  private static Map<String, String> mdc(ActiveJob job, Envelope envelope) {
    Map<String, String> mdc = new HashMap<>(8);
    mdc.put("jobId", job.id().toString());
    mdc.put("type", job.claim().type());
    mdc.put("attempt", Integer.toString(job.claim().counters().nextAttempt()));
    mdc.put("queue", job.consumer().queue().ref().name());
    if (envelope.correlationId() != null) {
      // Checked when Holdfast enqueued it, but others may write to the store.
      mdc.put("correlationId", AttemptLines.oneLine(envelope.correlationId(), 256));
    }
    return mdc;
  }

  /** A fault of ours, or no memory to decide with: a failure, or else run again a little later. */
  private void lastResort(ActiveJob job, Throwable t) {
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
