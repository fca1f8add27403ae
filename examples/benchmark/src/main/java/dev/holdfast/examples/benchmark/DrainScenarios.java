package dev.holdfast.examples.benchmark;

import dev.holdfast.examples.benchmark.BareList.Way;
import dev.holdfast.job.Retention;
import dev.holdfast.limit.Limit;
import dev.holdfast.limit.LimitScope;
import dev.holdfast.limit.Rate;
import dev.holdfast.worker.WorkerOptions.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Every scenario that drains a prepared backlog and changes one thing. */
final class DrainScenarios {
  private static final List<Integer> SLOTS = List.of(1, 10, 50, 100, 200);
  private static final List<Integer> SLOTS_QUICK = List.of(1, 10, 50, 200);

  private final Bench bench;

  DrainScenarios(Bench bench) {
    this.bench = bench;
  }

  Scenario drain() {
    List<Row> rows = new ArrayList<>();
    rows.add(BareList.limit(bench));
    rows.add(BareList.moving(bench, "list: LMOVE alone, pipelined", Role.ASIDE, Way.MOVES_ONLY));
    rows.add(
        BareList.moving(
            bench, "list: LMOVE, then LREM, each awaited", Role.ONE_BY_ONE, Way.ONE_BY_ONE));
    rows.add(RedisBenchmark.moving(bench));
    List<Integer> numbers = bench.scale().quick() ? SLOTS_QUICK : SLOTS;
    for (int slots : numbers) {
      rows.add(row(slots(slots) + ", platform threads", DrainPlan.USUAL.withSlots(slots)));
    }
    if (Bench.hasVirtualThreads()) {
      for (int slots : numbers) {
        rows.add(
            row(
                slots(slots) + ", virtual threads",
                DrainPlan.USUAL.withSlots(slots).withThreads(Threads.VIRTUAL)));
      }
    }
    return Scenario.beside(
        "drain", "a prepared backlog of no-op jobs, one worker", Figure.RATE, rows);
  }

  private static String slots(int number) {
    return number == 1 ? "1 slot" : number + " slots";
  }

  Scenario retries() {
    return scenario(
        "retries",
        "a drain in which one job in ten fails once and runs again after 100 ms",
        row("none fails", DrainPlan.USUAL),
        row("10 % fail once", DrainPlan.USUAL.withFailing(10)));
  }

  Scenario priorities() {
    return scenario(
        "priorities",
        "a drain of one lane, and of all three",
        row("all normal", DrainPlan.USUAL),
        row("a third each high, normal, low", DrainPlan.USUAL.withMixedPriorities()));
  }

  Scenario limits() {
    Rate enough = new Rate(Rate.MOST, Duration.ofSeconds(1), Rate.MOST);
    return scenario(
        "limits",
        "a drain without a limit, and under limits that 50 slots can just reach, or that hold back",
        row("none", DrainPlan.USUAL),
        row("queue, 50 at once", limited(LimitScope.queue(), Limit.concurrency(50), 0)),
        row("queue, a rate beyond reach", limited(LimitScope.queue(), Limit.rate(enough), 0)),
        row("type, 50 at once", limited(LimitScope.type(Noop.TYPE), Limit.concurrency(50), 0)),
        row(
            "each of 100 keys, 2 at once",
            limited(LimitScope.eachKey(), Limit.concurrency(2), 100)),
        row(
            "each of 10,000 keys, 2 at once",
            limited(LimitScope.eachKey(), Limit.concurrency(2), 10_000)),
        row(
            "each of 10,000 keys in order",
            limited(LimitScope.eachKey(), Limit.inOrder(), 10_000)));
  }

  private static DrainPlan limited(LimitScope scope, Limit limit, int keys) {
    return DrainPlan.USUAL.withLimit(scope, limit, keys);
  }

  Scenario retention() {
    Retention usual = Retention.STANDARD;
    return scenario(
        "retention",
        "a drain whose succeeded jobs keep their status, and one that keeps none",
        row("kept, 10,000 a queue", DrainPlan.USUAL),
        row(
            "none kept",
            DrainPlan.USUAL.withRetention(
                new Retention(Duration.ZERO, 0, usual.dead(), usual.maxDead()))));
  }

  Scenario meters() {
    return scenario(
        "meters",
        "a drain with Micrometer meters, and without",
        row("on", DrainPlan.USUAL),
        row("off", DrainPlan.USUAL.withRig(RigOptions.DEFAULTS.withoutMeters())));
  }

  Scenario appendOnly() {
    return scenario(
        "aof",
        "a drain on a Redis that persists nothing, and on one with appendfsync everysec",
        row("off", DrainPlan.USUAL),
        row("everysec", DrainPlan.USUAL.withRig(RigOptions.DEFAULTS.withAppendOnly())));
  }

  Scenario roundTrip() {
    return scenario(
        "distance",
        "a drain over a longer way; a proxy in this process adds the time and costs some itself",
        row("no proxy", DrainPlan.USUAL),
        row("proxy, nothing added", withAdded(Duration.ZERO)),
        row("proxy, 1 ms added to each round trip", withAdded(Duration.ofMillis(1))));
  }

  Scenario queues() {
    DrainPlan plan = DrainPlan.USUAL.withSlots(48);
    return scenario(
        "queues",
        "a drain of 48 slots over one and several queues",
        row("1 queue", plan),
        row("2 queues, 24 slots each", plan.withQueues(2)),
        row("4 queues, 12 slots each", plan.withQueues(4)));
  }

  private static DrainPlan withAdded(Duration roundTrip) {
    return DrainPlan.USUAL.withRig(RigOptions.DEFAULTS.withRoundTrip(roundTrip));
  }

  private Row row(String name, DrainPlan plan) {
    return Drain.row(name, bench, plan);
  }

  private Scenario scenario(String name, String about, Row... rows) {
    List<Row> all = new ArrayList<>();
    all.add(BareList.limit(bench));
    all.addAll(List.of(rows));
    return Scenario.changing(name, about, Figure.RATE, all);
  }
}
