package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Drains a prepared backlog by worker processes of their own. */
final class ProcessesScenario {
  private static final int SLOTS = 50;

  /** Jobs that new JVMs do before they are measured, at most, and how many at a time. */
  private static final int PRIMING = 100_000;

  private static final int PRIMED_TOGETHER = 2_000;

  /** Jobs after which a JVM has compiled most of what it runs; chosen, not measured. */
  private static final int PRIMED_EACH = 10_000;

  private static final long LOOK = 500_000;

  private ProcessesScenario() {}

  static Scenario of(Bench bench) {
    return Scenario.changing(
        "processes",
        "a drain by worker processes of 50 slots each; client CPU is that of all processes",
        Figure.RATE,
        List.of(
            BareList.limit(bench),
            Row.holdfast("1 process", jobs -> run(bench, jobs, 1)),
            Row.holdfast("3 processes", jobs -> run(bench, jobs, 3))));
  }

  private static Sample run(Bench bench, int jobs, int processes) throws Exception {
    int mostPriming = bench.scale().fixed(PRIMING);
    List<WorkerJvm> workers = new ArrayList<>();
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Deliveries deliveries = new Deliveries(mostPriming + jobs);
      for (int i = 0; i < processes; i++) {
        workers.add(WorkerJvm.start(rig, i, SLOTS, mostPriming + jobs));
      }
      for (WorkerJvm worker : workers) {
        worker.awaitReady();
      }
      int primed = prime(holdfast, workers, mostPriming, bench.scale().warmup());

      holdfast.queue(Noop.QUEUE).pause();
      Backlog.fill(holdfast, primed, primed + jobs, number -> EnqueueOptions.defaults());
      Duration cpu = cpu(workers);
      Measuring measuring = Measuring.start(rig);
      holdfast.queue(Noop.QUEUE).resume();
      await(workers, primed + jobs);
      Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
      Sample sample = measuring.end(jobs);
      double theirs = cpu(workers).minus(cpu).toNanos() / 1e3 / jobs;
      for (WorkerJvm worker : workers) {
        worker.endInto(deliveries);
      }
      deliveries.requireEachOnce(primed + jobs);
      // What this process allocates tells nothing here.
      return sample
          .with(Figure.CLIENT_CPU, sample.get(Figure.CLIENT_CPU).orElse(0) + theirs)
          .without(Figure.ALLOCATED)
          .without(Figure.GC_COUNT)
          .without(Figure.GC_TIME);
    } finally {
      workers.forEach(WorkerJvm::close);
    }
  }

  /** Lets the new JVMs compile what they run; returns how many jobs that took. */
  private static int prime(Holdfast holdfast, List<WorkerJvm> workers, int most, Duration each)
      throws InterruptedException {
    long started = System.nanoTime();
    long enough = each.multipliedBy(workers.size()).toNanos();
    int least = Math.min(most, PRIMED_EACH * workers.size());
    int primed = 0;
    do {
      int end = Math.min(most, primed + PRIMED_TOGETHER);
      Backlog.fill(holdfast, primed, end, number -> EnqueueOptions.defaults());
      await(workers, end);
      primed = end;
    } while (primed < least || (primed < most && System.nanoTime() - started < enough));
    Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
    return primed;
  }

  private static Duration cpu(List<WorkerJvm> workers) {
    return workers.stream().map(WorkerJvm::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  private static void await(List<WorkerJvm> workers, int jobs) throws InterruptedException {
    long started = System.nanoTime();
    int handled = 0;
    while (handled < jobs) {
      if (System.nanoTime() - started > Backlog.PATIENCE.toNanos()) {
        throw new BrokenDeliveryException(
            "the worker processes handled " + handled + " of " + jobs + " jobs");
      }
      Pace.roughlyUntil(System.nanoTime() + LOOK);
      handled = workers.stream().mapToInt(WorkerJvm::count).sum();
    }
  }
}
