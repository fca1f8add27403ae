package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What a job with a payload of 100 bytes takes of Redis's memory, waiting and held. */
final class MemoryScenario {
  private static final int WAITING = 100_000;
  private static final int HELD = 2_000;

  private final int held;
  private final Bench bench;

  private MemoryScenario(Bench bench) {
    this.bench = bench;
    this.held = bench.scale().fixed(HELD);
  }

  static Scenario of(Bench bench) {
    int waiting = bench.scale().fixed(WAITING);
    return Scenario.beside(
        "memory",
        "Redis's memory for a job with a payload of 100 bytes: waiting, and more while a worker"
            + " holds it",
        Figure.QUEUED_BYTES,
        List.of(
            Row.holdfast(
                Figure.JOBS.written(waiting)
                    + " waiting, then "
                    + Figure.JOBS.written(HELD)
                    + " held",
                waiting,
                new MemoryScenario(bench)::run)));
  }

  private Sample run(int jobs) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      // A job is handled when it begins: the first ones then wait at the gate.
      Deliveries begun = new Deliveries(jobs, Math.min(held, jobs));
      CountDownLatch gate = new CountDownLatch(1);
      Sample sample;
      try (Worker ignored = receiver.start(holdfast, held)) {
        receiver.prime(holdfast);
        holdfast.queue(Noop.QUEUE).pause();
        receiver.with(
            (number, context) -> {
              begun.handled(number);
              gate.await();
            });
        RedisCost empty = RedisCost.read(rig.redis());
        Backlog.fill(holdfast, jobs);
        RedisCost full = RedisCost.read(rig.redis());
        holdfast.queue(Noop.QUEUE).resume();
        begun.await(Backlog.PATIENCE);
        RedisCost active = RedisCost.read(rig.redis());
        sample =
            Sample.EMPTY
                .with(Figure.JOBS, jobs)
                .with(Figure.QUEUED_BYTES, full.since(empty).memory() / (double) jobs)
                .with(
                    Figure.ACTIVE_BYTES,
                    active.since(full).memory() / (double) Math.min(held, jobs));
        gate.countDown();
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
      } finally {
        gate.countDown();
      }
      begun.requireExact();
      return sample;
    }
  }
}
