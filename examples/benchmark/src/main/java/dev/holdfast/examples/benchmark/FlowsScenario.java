package dev.holdfast.examples.benchmark;

import dev.holdfast.EnqueueOptions;
import dev.holdfast.Holdfast;
import dev.holdfast.JobRequest;
import dev.holdfast.Worker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Flows: what a step costs beside a plain job, and what runs cost that sleep. Redis and this
 * process must have one clock, as they have on one machine.
 */
final class FlowsScenario {
  private static final int SLOTS = 50;
  private static final int LIST = 1_000;
  private static final int ASLEEP = 100_000;
  private static final int AT_ONCE = 10_000;
  private static final int SPREAD = 1_000;
  private static final Duration APART = Duration.ofMillis(5);
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration FAR = Duration.ofDays(14);

  private final Bench bench;

  /** What a run takes to come to its sleep, learned from the run before. */
  private double nanosPerRun = 200_000;

  private FlowsScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario steps(Bench bench) {
    FlowsScenario scenario = new FlowsScenario(bench);
    return Scenario.changing(
        "flows",
        "a drain of plain jobs, and of runs that take steps, 50 slots; the rate is of jobs or runs",
        Figure.RATE,
        List.of(
            Row.holdfast("a plain job", jobs -> scenario.drain(jobs, -1)),
            Row.holdfast("a run of no step", jobs -> scenario.drain(jobs, 0)),
            Row.holdfast("a run of 1 step", jobs -> scenario.drain(jobs, 1)),
            Row.holdfast("a run of 5 steps", jobs -> scenario.drain(jobs, 5))));
  }

  static Scenario sleeping(Bench bench) {
    int asleep = bench.scale().fixed(ASLEEP);
    int atOnce = bench.scale().fixed(AT_ONCE);
    int spread = bench.scale().fixed(SPREAD);
    return Scenario.beside(
        "sleeping",
        "runs that took one step and sleep, 50 slots; latencies count from the instant one is due",
        Figure.RATE,
        List.of(
            Row.holdfast(
                Figure.JOBS.written(asleep) + " asleep, nothing due",
                asleep,
                new FlowsScenario(bench)::sleep),
            Row.holdfast(
                Figure.JOBS.written(atOnce) + " wake at one instant",
                atOnce,
                jobs -> new FlowsScenario(bench).wake(jobs, Duration.ZERO)),
            Row.holdfast(
                Figure.JOBS.written(spread) + " wake " + APART.toMillis() + " ms apart",
                spread,
                jobs -> new FlowsScenario(bench).wake(jobs, APART))));
  }

  /** Drains runs of so many steps; -1: plain jobs. */
  private Sample drain(int jobs, int steps) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      FlowReceiver flows = new FlowReceiver();
      Deliveries deliveries = new Deliveries(jobs);
      Sample sample;
      try (Worker ignored = start(holdfast, receiver, flows)) {
        receiver.prime(holdfast);
        prime(holdfast, flows);
        holdfast.queue(Noop.QUEUE).pause();
        receiver.count(deliveries);
        flows.with(deliveries::handled);
        if (steps < 0) {
          Backlog.fill(holdfast, jobs);
        } else {
          fill(holdfast, jobs, number -> new FlowNoop(number, steps, null));
        }
        Measuring measuring = Measuring.start(rig);
        holdfast.queue(Noop.QUEUE).resume();
        deliveries.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample = measuring.end(jobs);
        if (steps > 0) {
          sample = sample.with(Figure.STEP_RATE, steps * sample.get(Figure.RATE).orElseThrow());
        }
      }
      deliveries.requireExact();
      return sample;
    }
  }

  private Sample sleep(int runs) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      FlowReceiver flows = new FlowReceiver();
      try (Worker ignored = start(holdfast, new Receiver(), flows)) {
        prime(holdfast, flows);
        RedisCost empty = RedisCost.read(rig.redis());
        Instant far = Pace.now().plus(FAR);
        putToSleep(holdfast, flows, runs, number -> new FlowNoop(number, 1, far));
        RedisCost full = RedisCost.read(rig.redis());
        Measuring measuring = Measuring.start(rig);
        Pace.roughlyUntil(measuring.started() + bench.scale().quiet().toNanos());
        Measuring.Cost cost = measuring.end();
        double seconds = cost.nanos() / 1e9;
        return Sample.EMPTY
            .with(Figure.JOBS, runs)
            .with(Figure.QUEUED_BYTES, full.since(empty).memory() / (double) runs)
            .with(Figure.SENT_PER_SECOND, cost.redis().sent() / seconds)
            .with(Figure.CLIENT_CORE, cost.client().cpuNanos() / 1e7 / seconds)
            .with(Figure.REDIS_CORE, cost.redis().cpuMicros() / 1e4 / seconds);
      }
    }
  }

  private Sample wake(int runs, Duration apart) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      FlowReceiver flows = new FlowReceiver();
      Deliveries deliveries = new Deliveries(runs);
      Latencies latencies = new Latencies();
      Sample sample;
      try (Worker ignored = start(holdfast, new Receiver(), flows)) {
        prime(holdfast, flows);
        long started = System.nanoTime();
        Duration lead = Duration.ofNanos((long) (runs * nanosPerRun * 2)).plus(REST);
        // Redis keeps whole milliseconds.
        Instant first = Pace.now().plus(lead).truncatedTo(ChronoUnit.MILLIS);
        long due = started + Duration.between(Pace.now(), first).toNanos();
        flows.with(
            number -> {
              latencies.note(System.nanoTime() - due - number * apart.toNanos());
              deliveries.handled(number);
            });
        putToSleep(
            holdfast,
            flows,
            runs,
            number -> new FlowNoop(number, 1, first.plus(apart.multipliedBy(number))));
        long now = System.nanoTime();
        nanosPerRun = (now - started) / (double) runs;
        if (now - due > 0) {
          throw new IllegalStateException(
              runs + " runs took longer than " + lead + " to sleep; the machine is too busy");
        }
        Pace.roughlyUntil(due - REST.toNanos() / 4);
        Measuring measuring = Measuring.start(rig);
        deliveries.await(Backlog.PATIENCE);
        long took = System.nanoTime() - due;
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample = measuring.end(runs).without(Figure.RATE);
        // The time of those that are spread is that of their schedule, which tells nothing.
        sample =
            apart.isZero()
                ? sample.with(Figure.TOOK, took / 1e9).with(Figure.RATE, runs * 1e9 / took)
                : sample;
      }
      deliveries.requireExact();
      return sample.with(latencies.sample());
    }
  }

  /** Starts runs, and waits until each has come to its sleep and holds nothing. */
  private static void putToSleep(
      Holdfast holdfast, FlowReceiver flows, int runs, IntFunction<FlowNoop> of)
      throws InterruptedException {
    Deliveries asleep = new Deliveries(runs);
    flows.beforeSleeping(asleep);
    fill(holdfast, runs, of);
    asleep.await(Backlog.PATIENCE);
    while (holdfast.queue(Noop.QUEUE).stats().active() > 0) {
      Pace.roughlyUntil(System.nanoTime() + 1_000_000);
    }
    asleep.requireExact();
  }

  private static void prime(Holdfast holdfast, FlowReceiver flows) throws InterruptedException {
    Deliveries priming = new Deliveries(Receiver.PRIMING);
    flows.with(priming::handled);
    fill(holdfast, Receiver.PRIMING, number -> new FlowNoop(number, 1, null));
    priming.await(Backlog.PATIENCE);
    Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
    priming.requireExact();
  }

  private static void fill(Holdfast holdfast, int runs, IntFunction<FlowNoop> payloadOf) {
    for (int from = 0; from < runs; from += LIST) {
      List<JobRequest> requests = new ArrayList<>(LIST);
      for (int number = from; number < Math.min(runs, from + LIST); number++) {
        requests.add(JobRequest.of(payloadOf.apply(number), EnqueueOptions.defaults()));
      }
      holdfast.enqueueAll(requests).forEach(Backlog::requireCreated);
    }
  }

  private static Worker start(Holdfast holdfast, Receiver receiver, FlowReceiver flows) {
    return Worker.on(holdfast)
        .handler(receiver)
        .flow(flows)
        .queue(Noop.QUEUE, SLOTS)
        .options(Receiver.options().build())
        .start();
  }
}
