package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.job.Uniqueness;
import dev.holdfast.retry.Backoff;
import dev.holdfast.retry.Jitter;
import dev.holdfast.retry.RetryPolicy;
import dev.holdfast.worker.HandlerOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What one thing more costs a job, from enqueue to its end: the first row is a plain job, and the
 * difference to it is the price. The bytes are those of a waiting job.
 */
final class FeaturesScenario {
  private static final int JOBS = 20_000;
  private static final int SLOTS = 100;
  private static final Duration SOON = Duration.ofMillis(1);

  private final Bench bench;

  private FeaturesScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario of(Bench bench) {
    FeaturesScenario scenario = new FeaturesScenario(bench);
    EnqueueOptions plain = EnqueueOptions.defaults();
    return Scenario.changing(
        "features",
        "a job from enqueue to its end, in lists of 1,000 and by 100 slots, and with one thing"
            + " more",
        Figure.RATE,
        List.of(
            scenario.row("plain", number -> plain, counted()),
            scenario.row("a correlation id", number -> plain.correlationId("order-1"), counted()),
            scenario.row(
                "an idempotency key", number -> plain.idempotencyKey("key-" + number), counted()),
            scenario.row(
                "a unique key, until finished",
                number -> plain.unique(Uniqueness.untilFinished("key-" + number)),
                counted()),
            scenario.row("delayed by 1 ms", number -> EnqueueOptions.in(SOON), counted()),
            scenario.row(
                "progress, once",
                number -> plain,
                deliveries ->
                    (number, context) -> {
                      context.progress(0.5, "half");
                      deliveries.handled(number);
                    }),
            scenario.row(
                "a checkpoint",
                number -> plain,
                deliveries ->
                    (number, context) -> {
                      context.checkpoint(number);
                      deliveries.handled(number);
                    }),
            scenario.row(
                "fails once, runs again at once",
                number -> plain,
                deliveries ->
                    (number, context) -> {
                      if (context.attempt() == 1) {
                        throw new IllegalStateException("fails once, as planned");
                      }
                      deliveries.handled(number);
                    })));
  }

  /** What a handler does, given where it counts. */
  @FunctionalInterface
  private interface Handler {
    Receiver.Handling counting(Deliveries deliveries);
  }

  private static Handler counted() {
    return deliveries -> (number, context) -> deliveries.handled(number);
  }

  private Row row(String name, IntFunction<EnqueueOptions> optionsOf, Handler handler) {
    return Row.holdfast(name, bench.scale().jobs(JOBS), jobs -> run(jobs, optionsOf, handler));
  }

  private Sample run(int jobs, IntFunction<EnqueueOptions> optionsOf, Handler handler)
      throws InterruptedException {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries deliveries = new Deliveries(jobs);
      Sample sample;
      try (Worker ignored = start(holdfast, receiver)) {
        receiver.prime(holdfast);
        holdfast.queue(Noop.QUEUE).pause();
        receiver.with(handler.counting(deliveries));
        RedisCost empty = RedisCost.read(rig.redis());
        Measuring measuring = Measuring.start(rig);
        Backlog.fill(holdfast, jobs, optionsOf);
        RedisCost full = RedisCost.read(rig.redis());
        holdfast.queue(Noop.QUEUE).resume();
        deliveries.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample =
            measuring
                .end(jobs)
                .with(Figure.QUEUED_BYTES, full.since(empty).memory() / (double) jobs);
      }
      deliveries.requireExact();
      return sample;
    }
  }

  private static Worker start(Holdfast holdfast, Receiver receiver) {
    RetryPolicy atOnce = new RetryPolicy(3, Backoff.fixed(Duration.ZERO), Jitter.none());
    return Worker.on(holdfast)
        .handler(receiver, HandlerOptions.builder().retryPolicy(atOnce).build())
        .queue(Noop.QUEUE, SLOTS)
        .options(Receiver.options().build())
        .start();
  }
}
