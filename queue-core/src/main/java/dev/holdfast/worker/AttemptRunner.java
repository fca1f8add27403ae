package dev.holdfast.worker;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs one attempt on its own thread, stage by stage: {@link ClaimReader} makes the claim ready,
 * the handler's gate is passed, the handler called, and {@link Settler} decides and settles. A job
 * whose handler takes batches goes from the first stage to {@link BatchRunner}, a run from the gate
 * to {@link FlowRunner}. Whatever is thrown, errors of the JVM included, the job gets a verdict and
 * its slot is freed. Used by many threads.
 */
final class AttemptRunner {
  private static final Logger log = LoggerFactory.getLogger(AttemptRunner.class);

  private final WorkerPlan plan;
  private final AttemptLines lines;
  private final Settler settler;
  private final ClaimReader reader;
  private final BatchRunner batches;
  private final FlowRunner flows;

  AttemptRunner(WorkerPlan plan, AttemptLines lines, Settler settler, HandlerThreads threads) {
    this.plan = plan;
    this.lines = lines;
    this.settler = settler;
    this.reader = new ClaimReader(plan, settler);
    this.batches = new BatchRunner(plan, settler, lines);
    this.flows = new FlowRunner(plan, settler, lines, threads);
  }

  void run(ActiveJob job) {
    try {
      attempt(job);
    } catch (Throwable t) {
      settler.lastResort(job, t);
    } finally {
      // The thread may be pooled: neither an interrupt nor the MDC may reach its next job.
      Thread.interrupted();
    }
  }

  private void attempt(ActiveJob job) {
    ClaimView claimed = reader.read(job);
    RegisteredHandler handler = job.handler();
    if (claimed == null || handler == null) {
      return;
    }
    if (claimed instanceof AttemptContext context) {
      attempt(job, handler, context);
    } else if (claimed instanceof BatchedJob item
        && handler.code() instanceof RegisteredHandler.Batch code) {
      batches.run(item, handler, code);
    }
  }

  private void attempt(ActiveJob job, RegisteredHandler handler, AttemptContext context) {
    if (!passGate(job, handler)) {
      return;
    }
    Thread.interrupted();
    if (!job.startRunning(System.nanoTime(), handler.settings().timeout().toNanos())) {
      settler.handBack(job);
      return;
    }
    MDC.setContextMap(mdc(job, context));
    try {
      if (handler.code() instanceof RegisteredHandler.Flow flow) {
        flows.run(job, handler, flow, context);
      } else if (handler.code() instanceof RegisteredHandler.Single single) {
        call(job, handler, single, context);
      }
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
    if (!passed && job.startWaiting(Thread.currentThread())) {
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
      settler.handBack(job);
    }
    return passed;
  }

  private void call(
      ActiveJob job,
      RegisteredHandler handler,
      RegisteredHandler.Single code,
      AttemptContext context) {
    lines.started(job);
    plan.meters()
        .started(job.consumer().queue().ref().name(), job.claim().type(), job.claim().waited());
    Object result = null;
    Throwable thrown = null;
    try {
      result = invoke(handler, code, context);
    } catch (Throwable t) {
      thrown = t;
    }
    boolean ours = job.handlerEnded();
    Thread.interrupted();
    if (!ours) {
      settler.unstuck(AttemptLines.head(job));
      return;
    }
    byte[] encoded = null;
    if (result != null && thrown == null && context.verb() == null) {
      try {
        encoded = context.encodeResult(result);
      } catch (RuntimeException e) {
        thrown = e;
      }
    }
    if (thrown != null && log.isDebugEnabled()) {
      log.debug("{}: its handler threw", AttemptLines.head(job), thrown);
    }
    OutcomeRules.Ending ending =
        new OutcomeRules.Ending(
            context.verb(), thrown, encoded, job.timedOut(), job.drained(), job.cancelRequested());
    settler.ended(context, handler, ending, Notes.flushNanos());
  }

  private @Nullable Object invoke(
      RegisteredHandler handler, RegisteredHandler.Single code, AttemptContext context)
      throws Exception {
    if (plan.interceptors().isEmpty() || handler.isOurs()) {
      return code.handle(context.decoded(), context);
    }
    AtomicReference<@Nullable Object> result = new AtomicReference<>();
    Interception.run(
        plan.interceptors(),
        (interceptor, rest) -> interceptor.around(context, rest),
        () -> result.set(code.handle(context.decoded(), context)));
    return result.get();
  }

  private static Map<String, String> mdc(ActiveJob job, AttemptContext context) {
    Map<String, String> mdc = new HashMap<>(8);
    mdc.put("jobId", job.id().toString());
    mdc.put("type", job.claim().type());
    mdc.put("attempt", Integer.toString(job.claim().counters().nextAttempt()));
    mdc.put("queue", job.consumer().queue().ref().name());
    String correlationId = context.correlationId().orElse(null);
    if (correlationId != null) {
      // Checked when Holdfast enqueued it, but others may write to the store.
      mdc.put("correlationId", AttemptLines.oneLine(correlationId, 256));
    }
    return mdc;
  }
}
