package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.examples.benchmark.Producers.Producing;
import java.util.ArrayList;
import java.util.List;

/** Enqueues and consumes at once, in one process; the time runs from the first to the last. */
final class ThroughScenario {
  static final int SLOTS = 50;

  private ThroughScenario() {}

  static Scenario of(Bench bench) {
    List<Row> rows = new ArrayList<>();
    rows.add(BareList.limit(bench));
    for (int threads : List.of(8, 64)) {
      rows.add(
          Row.holdfast(
              "one by one, " + threads + " threads",
              jobs -> run(bench, jobs, (to, count) -> Producers.oneByOne(to, count, threads))));
    }
    rows.add(Row.holdfast("enqueueAsync, 1 thread", jobs -> run(bench, jobs, Producers::async)));
    rows.add(
        Row.holdfast(
            "enqueueAll, lists of 1,000, 1 thread", jobs -> run(bench, jobs, Backlog::fill)));
    return Scenario.beside(
        "through", "enqueued and consumed at once, one worker of 50 slots", Figure.RATE, rows);
  }

  static Sample run(Bench bench, int jobs, Producing producing) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries deliveries;
      Sample sample;
      try (Worker ignored = receiver.start(holdfast, SLOTS)) {
        receiver.prime(holdfast);
        deliveries = receiver.count(new Deliveries(jobs));
        Measuring measuring = Measuring.start(rig);
        producing.enqueue(holdfast, jobs);
        deliveries.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample = measuring.end(jobs);
      }
      deliveries.requireExact();
      return sample;
    }
  }
}
