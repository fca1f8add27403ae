package dev.holdfast.examples.benchmark;

import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a worker costs that has nothing to do. */
final class IdleScenario {
  private static final long SETTLING = TimeUnit.SECONDS.toNanos(1);

  private final Bench bench;

  private IdleScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario of(Bench bench) {
    return Scenario.beside(
        "idle",
        "a worker of one queue that has had some jobs and gets none, for "
            + bench.scale().quiet().toSeconds()
            + " s",
        Figure.SENT_PER_SECOND,
        List.of(
            Row.holdfast(
                "1 queue, 50 slots",
                bench.scale().fixed(Receiver.PRIMING),
                jobs -> new IdleScenario(bench).run(jobs, 0)),
            Row.holdfast(
                "1 queue, 50 slots, 100,000 jobs parked",
                bench.scale().fixed(Receiver.PRIMING),
                jobs -> new IdleScenario(bench).run(jobs, 100_000))));
  }

  private Sample run(int jobs, int parked) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      try (Worker ignored = receiver.start(holdfast, 50)) {
        receiver.prime(holdfast);
        Deliveries before = receiver.count(new Deliveries(jobs));
        Backlog.fill(holdfast, jobs);
        before.await(Backlog.PATIENCE);
        before.requireExact();
        if (parked > 0) {
          holdfast.queue(Noop.QUEUE).pauseType(Noop.TYPE);
          Backlog.fill(holdfast, parked);
        }
        long quiet = bench.scale().quiet().toNanos();
        Pace.roughlyUntil(System.nanoTime() + Math.min(SETTLING, quiet));
        Measuring measuring = Measuring.start(rig);
        Pace.roughlyUntil(measuring.started() + quiet);
        Measuring.Cost cost = measuring.end();
        double seconds = cost.nanos() / 1e9;
        return Sample.EMPTY
            .with(Figure.SENT_PER_SECOND, cost.redis().sent() / seconds)
            .with(Figure.CLIENT_CORE, cost.client().cpuNanos() / 1e7 / seconds)
            .with(Figure.REDIS_CORE, cost.redis().cpuMicros() / 1e4 / seconds);
      }
    }
  }
}
