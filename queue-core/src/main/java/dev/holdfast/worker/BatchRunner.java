package dev.holdfast.worker;

import dev.holdfast.job.BatchItem;
import dev.holdfast.job.ClaimedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Runs the attempts of jobs whose handler takes batches: gathers them, passes the handler's gate
 * once for all, makes one call, and settles each by its own outcome. Whatever is thrown, each job
 * gets a verdict and its slot is freed. Used by many threads.
 */
final class BatchRunner {
  private static final Logger log = LoggerFactory.getLogger(BatchRunner.class);

  private final WorkerPlan plan;
  private final Settler settler;
  private final AttemptLines lines;
  private final Map<Line, Gathering> gatherings = new ConcurrentHashMap<>();

  /** The jobs that may come together. */
  private record Line(String type, ServedQueue queue) {}

  BatchRunner(WorkerPlan plan, Settler settler, AttemptLines lines) {
    this.plan = plan;
    this.settler = settler;
    this.lines = lines;
  }

  /** Adds a job to a batch; waits for the others and makes the call if it is the first one. */
  void run(BatchedJob item, RegisteredHandler handler, RegisteredHandler.Batch code) {
    ServedQueue queue = item.job().consumer().queue();
    Gathering gathering =
        gatherings.computeIfAbsent(
            new Line(handler.type(), queue), line -> new Gathering(code.options(), queue));
    Gathering.Batch batch = gathering.take(item);
    if (batch == null) {
      settler.handBack(item.job());
    } else if (batch.isLedBy(Thread.currentThread())) {
      lead(batch, handler, code);
    }
  }

  private void lead(
      Gathering.Batch batch, RegisteredHandler handler, RegisteredHandler.Batch code) {
    List<BatchedJob> items = List.of();
    try {
      BatchCall shared = new BatchCall(handler.gate());
      try {
        if (awaitCall(batch, shared)) {
          items = batch.takeAll();
          call(items, shared, handler, code);
        }
      } finally {
        shared.end();
      }
    } catch (Throwable t) {
      // The jobs that were to be called, or those that still gather.
      for (BatchedJob item : items.isEmpty() ? batch.takeAll() : items) {
        settler.lastResort(item.job(), t);
      }
    }
  }

  /** Waits for the jobs, then for the gate; false if no job is left. */
  private boolean awaitCall(Gathering.Batch batch, BatchCall shared) {
    while (true) {
      try {
        batch.await();
        shared.passGate();
        return true;
      } catch (InterruptedException e) {
        // A drain, a cancel or a lost lease, of one of them or of more.
        batch.takeUnwanted().forEach(this::handBack);
        if (batch.isEmpty()) {
          return false;
        }
      }
    }
  }

  /** Nobody else knows the job any more. */
  private void handBack(BatchedJob item) {
    try {
      settler.handBack(item.job());
    } catch (Throwable t) {
      settler.lastResort(item.job(), t);
    }
  }

  private void call(
      List<BatchedJob> gathered,
      BatchCall shared,
      RegisteredHandler handler,
      RegisteredHandler.Batch code) {
    gathered.forEach(item -> item.job().stopWaiting());
    // Whoever interrupted this thread meant a job that is handed back now.
    Thread.interrupted();
    long now = System.nanoTime();
    long timeout = handler.settings().timeout().toNanos();
    List<BatchedJob> running = new ArrayList<>(gathered.size());
    for (BatchedJob item : gathered) {
      if (item.job().startRunning(shared, now, timeout)) {
        running.add(item);
      } else {
        settler.handBack(item.job());
      }
    }
    if (running.isEmpty()) {
      return;
    }
    Consumer consumer = running.get(0).job().consumer();
    MDC.setContextMap(Map.of("type", handler.type(), "queue", consumer.queue().ref().name()));
    try {
      callWithin(running, shared, handler, code);
    } finally {
      MDC.clear();
    }
  }

  private void callWithin(
      List<BatchedJob> running,
      BatchCall shared,
      RegisteredHandler handler,
      RegisteredHandler.Batch code) {
    for (BatchedJob item : running) {
      lines.started(item.job());
      plan.meters().started(item.queue(), handler.type(), item.job().claim().waited());
    }
    Throwable thrown = null;
    try {
      invoke(running, code);
    } catch (Throwable t) {
      thrown = t;
    }
    List<BatchedJob> ended = new ArrayList<>(running.size());
    for (BatchedJob item : running) {
      if (item.job().handlerEnded()) {
        ended.add(item);
      }
    }
    Thread.interrupted();
    if (shared.end()) {
      settler.unstuck("batch of " + running.size() + " jobs (" + handler.type() + ")");
    }
    if (thrown != null && !ended.isEmpty()) {
      log.debug("the handler of {} jobs ({}) threw", running.size(), handler.type(), thrown);
    }
    long flushBy = System.nanoTime() + Notes.flushNanos();
    for (BatchedJob item : ended) {
      try {
        settler.ended(
            item, handler, item.endingOr(thrown), Math.max(0, flushBy - System.nanoTime()));
      } catch (Throwable t) {
        settler.lastResort(item.job(), t);
      }
    }
  }

  private void invoke(List<BatchedJob> batch, RegisteredHandler.Batch code) throws Exception {
    List<BatchItem<Object>> items = List.copyOf(batch);
    if (plan.interceptors().isEmpty()) {
      code.call().handle(items);
      return;
    }
    List<ClaimedJob> seen = List.copyOf(batch);
    Interception.run(
        plan.interceptors(),
        // A worker with batch handlers has started with no other ones.
        (interceptor, rest) -> ((BatchInterceptor) interceptor).aroundBatch(seen, rest),
        () -> code.call().handle(items));
  }
}
