package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.examples.benchmark.DrainPlan.Limited;
import dev.holdfast.job.Priority;
import dev.holdfast.retry.Backoff;
import dev.holdfast.retry.Jitter;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Drains a prepared backlog: a worker that has already worked is held by a paused queue, the jobs
 * are enqueued, the queue is resumed. The time runs from there until every outcome is written.
 */
final class Drain {
  private static final Duration RETRY_WAIT = Duration.ofMillis(100);
  private static final Priority[] PRIORITIES = Priority.values();

  private final Bench bench;
  private final DrainPlan plan;
  private final List<String> queues;

  private Drain(Bench bench, DrainPlan plan) {
    this.bench = bench;
    this.plan = plan;
    this.queues = plan.queueNames();
  }

  /** A row that drains. */
  static Row row(String name, Bench bench, DrainPlan plan) {
    return Row.holdfast(
        name, jobs -> new Drain(bench, plan).run(jobs).without(Figure.ENQUEUE_RATE));
  }

  /** A row that drains, and tells as well how fast its backlog was enqueued. */
  static Row withEnqueuing(String name, Bench bench, DrainPlan plan) {
    return Row.holdfast(name, jobs -> new Drain(bench, plan).run(jobs));
  }

  private Sample run(int jobs) throws InterruptedException {
    try (Rig rig = bench.rig(plan.rig())) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries counted;
      Sample sample;
      AtomicInteger failures = new AtomicInteger();
      limit(holdfast);
      try (Worker ignored = start(holdfast, receiver)) {
        Deliveries priming = receiver.count(new Deliveries(Receiver.PRIMING));
        fill(holdfast, Receiver.PRIMING);
        priming.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, queues);
        priming.requireExact();

        queues.forEach(queue -> holdfast.queue(queue).pause());
        counted = new Deliveries(jobs);
        handle(receiver, counted, failures);
        long started = System.nanoTime();
        fill(holdfast, jobs);
        double enqueued = jobs * 1e9 / (System.nanoTime() - started);
        Measuring measuring = Measuring.start(rig);
        queues.forEach(queue -> holdfast.queue(queue).resume());
        counted.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, queues);
        sample = measuring.end(jobs).with(Figure.ENQUEUE_RATE, enqueued);
      }
      counted.requireExact();
      requireFailures(failures.get(), jobs);
      return sample;
    }
  }

  private void limit(Holdfast holdfast) {
    Limited limited = plan.limited();
    if (limited != null) {
      queues.forEach(queue -> holdfast.queue(queue).limit(limited.scope(), limited.limit()));
    }
  }

  private Worker start(Holdfast holdfast, Receiver receiver) {
    Worker.Builder builder =
        Worker.on(holdfast)
            .handler(
                receiver,
                HandlerOptions.builder()
                    .retryPolicy(new RetryPolicy(3, Backoff.fixed(RETRY_WAIT), Jitter.none()))
                    .build())
            .options(
                Receiver.options().threads(plan.threads()).retention(plan.retention()).build());
    queues.forEach(queue -> builder.queue(queue, plan.slots() / plan.queues()));
    return builder.start();
  }

  private void fill(Holdfast holdfast, int jobs) {
    Backlog.fill(
        holdfast,
        jobs,
        number -> {
          EnqueueOptions options =
              EnqueueOptions.defaults().queue(queues.get(number % queues.size()));
          Limited limited = plan.limited();
          if (limited != null && limited.keys() > 0) {
            options = options.limitKey("tenant:" + number % limited.keys());
          }
          return plan.mixedPriorities()
              ? options.priority(PRIORITIES[number % PRIORITIES.length])
              : options;
        });
  }

  private void handle(Receiver receiver, Deliveries deliveries, AtomicInteger failures) {
    if (plan.failing() == 0) {
      receiver.count(deliveries);
      return;
    }
    receiver.with(
        (number, context) -> {
          if (number % plan.failing() == 0 && context.attempt() == 1) {
            failures.incrementAndGet();
            throw new IllegalStateException("fails once, as planned");
          }
          deliveries.handled(number);
        });
  }

  private void requireFailures(int seen, int jobs) {
    int planned = plan.failing() == 0 ? 0 : (jobs + plan.failing() - 1) / plan.failing();
    if (seen != planned) {
      throw new BrokenDeliveryException(
          seen + " attempts failed, and " + planned + " were meant to");
    }
  }
}
