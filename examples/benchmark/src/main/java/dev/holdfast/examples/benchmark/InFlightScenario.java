package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Whether many jobs in flight make an outcome dearer: some jobs are held by handlers that wait,
 * while others flow through 50 more slots of the same worker, so that batches are alike.
 */
final class InFlightScenario {
  private static final int FLOWING = 50;

  /** The last makes 10,000 in flight, the most slots a worker may have. */
  private static final List<Integer> HELD = List.of(1, 128, 1_000, 9_950);

  private InFlightScenario() {}

  static Scenario of(Bench bench) {
    List<Row> rows = new ArrayList<>();
    for (int held : HELD) {
      int fixed = bench.scale().fixed(held);
      rows.add(
          Row.holdfast(
              Figure.JOBS.written(held) + " held, 50 slots flow", jobs -> run(bench, jobs, fixed)));
    }
    return Scenario.changing(
        "inflight",
        "what a job costs Redis while others are held by handlers that wait",
        Figure.REDIS_CPU,
        rows);
  }

  private static Sample run(Bench bench, int jobs, int held) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries holding = new Deliveries(held);
      Deliveries flowing;
      Sample sample;
      CountDownLatch gate = new CountDownLatch(1);
      try (Worker ignored = receiver.start(holdfast, held + FLOWING)) {
        receiver.prime(holdfast);
        receiver.with(
            (number, context) -> {
              holding.handled(number);
              gate.await();
            });
        Backlog.fill(holdfast, held);
        holding.await(Backlog.PATIENCE);

        holdfast.queue(Noop.QUEUE).pause();
        flowing = receiver.count(new Deliveries(jobs));
        Backlog.fill(holdfast, jobs);
        Measuring measuring = Measuring.start(rig);
        holdfast.queue(Noop.QUEUE).resume();
        flowing.await(Backlog.PATIENCE);
        sample = measuring.end(jobs);
        gate.countDown();
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
      } finally {
        gate.countDown();
      }
      holding.requireExact();
      flowing.requireExact();
      return sample;
    }
  }
}
