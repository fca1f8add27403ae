package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import dev.holdfast.examples.benchmark.BareList.Way;
import java.util.ArrayList;
import java.util.List;

/**
 * Enqueues into a queue that nobody reads; the time runs until the last answer is there. Afterwards
 * a worker drains the queue, uncounted, to see that each job is there once.
 */
final class EnqueueScenario {
  private final Bench bench;

  private EnqueueScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario of(Bench bench) {
    EnqueueScenario scenario = new EnqueueScenario(bench);
    List<Row> rows = new ArrayList<>();
    rows.add(BareList.pushing(bench, "list: RPUSH, pipelined", Role.PIPELINED, Way.PIPELINED));
    rows.add(BareList.pushing(bench, "list: RPUSH, each awaited", Role.ONE_BY_ONE, Way.ONE_BY_ONE));
    rows.add(RedisBenchmark.pushing(bench));
    for (int threads : List.of(1, 8, 64)) {
      rows.add(
          scenario.row(
              "one by one, " + threads + (threads == 1 ? " thread" : " threads"),
              (holdfast, jobs) -> Producers.oneByOne(holdfast, jobs, threads)));
    }
    rows.add(scenario.row("enqueueAll, lists of 1,000, 1 thread", Backlog::fill));
    rows.add(scenario.row("enqueueAsync, 1 thread", Producers::async));
    return Scenario.beside("enqueue", "jobs into a queue that nobody reads", Figure.RATE, rows);
  }

  private Row row(String name, Producers.Producing producing) {
    return Row.holdfast(name, jobs -> run(jobs, producing));
  }

  private Sample run(int jobs, Producers.Producing producing) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Backlog.fill(holdfast, 100); // opens the connection, loads the script
      holdfast.queue(Noop.QUEUE).purge();

      Measuring measuring = Measuring.start(rig);
      producing.enqueue(holdfast, jobs);
      Sample sample = measuring.end(jobs);

      Receiver receiver = new Receiver();
      Deliveries deliveries = receiver.count(new Deliveries(jobs));
      try (Worker ignored = receiver.start(holdfast, 50)) {
        deliveries.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
      }
      deliveries.requireExact();
      return sample;
    }
  }
}
