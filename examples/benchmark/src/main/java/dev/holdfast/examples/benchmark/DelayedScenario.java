package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Delayed jobs: how long many that are due at one instant take, and how late each of a few is that
 * are spread. Redis and this process must have one clock, as they have on one machine.
 */
final class DelayedScenario {
  private static final int SLOTS = 50;
  private static final int AT_ONCE = 100_000;
  private static final int SPREAD = 1_000;
  private static final Duration APART = Duration.ofMillis(5);
  private static final Duration APART_QUICK = Duration.ofMillis(2);
  private static final Duration REST = Duration.ofMillis(400);

  private final Bench bench;

  /** What a job takes to be scheduled, learned from the run before. */
  private double nanosPerJob = 100_000;

  private DelayedScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario of(Bench bench) {
    DelayedScenario scenario = new DelayedScenario(bench);
    int atOnce = bench.scale().fixed(AT_ONCE);
    int spread = bench.scale().fixed(SPREAD);
    Duration apart = bench.scale().quick() ? APART_QUICK : APART;
    return Scenario.beside(
        "delayed",
        "jobs due later, 50 slots; latencies count from the instant a job is due",
        Figure.RATE,
        List.of(
            BareList.limit(bench),
            Row.holdfast(
                Figure.JOBS.written(atOnce) + " at one instant",
                atOnce,
                jobs -> scenario.run(jobs, Duration.ZERO)),
            Row.holdfast(
                Figure.JOBS.written(spread) + " spread, " + apart.toMillis() + " ms apart",
                spread,
                jobs -> scenario.run(jobs, apart))));
  }

  private Sample run(int jobs, Duration apart) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries deliveries = new Deliveries(jobs);
      Latencies latencies = new Latencies();
      Sample sample;
      try (Worker ignored = receiver.start(holdfast, SLOTS)) {
        receiver.prime(holdfast);
        long due = schedule(holdfast, receiver, jobs, apart, latencies, deliveries);
        Measuring measuring = Measuring.start(rig);
        deliveries.await(Backlog.PATIENCE);
        long took = System.nanoTime() - due;
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample = measured(measuring.end(jobs), jobs, took, apart);
      }
      deliveries.requireExact();
      return sample.with(latencies.sample());
    }
  }

  /** Schedules all before the first is due; returns when that is, by {@code System.nanoTime()}. */
  private long schedule(
      Holdfast holdfast,
      Receiver receiver,
      int jobs,
      Duration apart,
      Latencies latencies,
      Deliveries deliveries)
      throws InterruptedException {
    Duration lead = Duration.ofNanos((long) (jobs * nanosPerJob * 1.5)).plus(REST);
    // Redis keeps whole milliseconds.
    Instant first = Pace.now().plus(lead).truncatedTo(ChronoUnit.MILLIS);
    long started = System.nanoTime();
    long due = started + Duration.between(Pace.now(), first).toNanos();
    receiver.with(
        (number, context) -> {
          latencies.note(System.nanoTime() - due - number * apart.toNanos());
          deliveries.handled(number);
        });
    Backlog.fill(
        holdfast, jobs, number -> EnqueueOptions.at(first.plus(apart.multipliedBy(number))));
    long now = System.nanoTime();
    nanosPerJob = (now - started) / (double) jobs;
    if (now - due > 0) {
      throw new IllegalStateException(
          "scheduling " + jobs + " jobs took longer than " + lead + "; the machine is too busy");
    }
    Pace.roughlyUntil(due - REST.toNanos() / 4);
    return due;
  }

  private static Sample measured(Sample cost, int jobs, long took, Duration apart) {
    Sample sample = cost.with(Figure.TOOK, took / 1e9).with(Figure.RATE, jobs * 1e9 / took);
    // The rate of spread jobs is that of their schedule, which tells nothing.
    return apart.isZero() ? sample : sample.without(Figure.RATE).without(Figure.TOOK);
  }
}
