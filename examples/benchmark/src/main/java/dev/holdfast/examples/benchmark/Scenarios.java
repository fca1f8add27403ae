package dev.holdfast.examples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All scenarios, in the order they run. */
final class Scenarios {
  /** What {@code --quick} runs. */
  static final Set<String> QUICK = Set.of("enqueue", "drain", "pickup", "delayed");

  private Scenarios() {}

  static List<Scenario> all(Bench bench) {
    DrainScenarios drains = new DrainScenarios(bench);
    List<Scenario> all = new ArrayList<>();
    all.add(EnqueueScenario.of(bench));
    all.add(drains.drain());
    all.add(ThroughScenario.of(bench));
    all.add(PickUpScenario.of(bench));
    all.add(DelayedScenario.of(bench));
    all.add(FeaturesScenario.of(bench));
    all.add(drains.retries());
    all.add(drains.priorities());
    all.add(drains.limits());
    all.add(drains.retention());
    all.add(drains.meters());
    if (bench.ownServer()) {
      all.add(drains.appendOnly());
    }
    all.add(drains.roundTrip());
    all.add(drains.queues());
    all.add(ProcessesScenario.of(bench));
    all.add(BacklogScenario.of(bench));
    all.add(InFlightScenario.of(bench));
    all.add(MemoryScenario.of(bench));
    all.add(IdleScenario.of(bench));
    all.add(FlowsScenario.steps(bench));
    all.add(FlowsScenario.sleeping(bench));
    all.add(PeersScenario.of(bench));
    return all;
  }
}
