package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.util.ArrayList;
import java.util.List;

/** Whether a long queue is slower: the first 100,000 jobs of backlogs of several lengths. */
final class BacklogScenario {
  private static final int SLOTS = 50;
  private static final int DRAINED = 100_000;
  private static final List<Integer> LENGTHS = List.of(10_000, 100_000, 1_000_000);
  private static final int HUGE = 10_000_000;

  private BacklogScenario() {}

  static Scenario of(Bench bench) {
    List<Integer> lengths = new ArrayList<>(LENGTHS);
    if (bench.scale().huge()) {
      lengths.add(HUGE);
    }
    List<Row> rows = new ArrayList<>();
    for (int length : lengths) {
      rows.add(
          Row.holdfast(
              Figure.JOBS.written(length) + " waiting",
              bench.scale().fixed(length),
              jobs -> run(bench, jobs)));
    }
    return Scenario.changing(
        "backlog",
        "the first 100,000 jobs (or all) of a longer and longer queue, 50 slots",
        Figure.RATE,
        rows);
  }

  private static Sample run(Bench bench, int waiting) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries deliveries;
      Sample sample;
      try (Worker ignored = receiver.start(holdfast, SLOTS)) {
        receiver.prime(holdfast);
        holdfast.queue(Noop.QUEUE).pause();
        deliveries = receiver.count(new Deliveries(waiting, Math.min(waiting, DRAINED)));
        Backlog.fill(holdfast, waiting);
        Measuring measuring = Measuring.start(rig);
        holdfast.queue(Noop.QUEUE).resume();
        deliveries.await(Backlog.PATIENCE);
        Measuring.Cost cost = measuring.end();
        sample = cost.perJob(deliveries.count());
        holdfast.queue(Noop.QUEUE).pause();
      }
      long left = holdfast.queue(Noop.QUEUE).stats().ready();
      deliveries.requireEachOnce(waiting - Math.toIntExact(left));
      return sample;
    }
  }
}
