package dev.holdfast.examples.benchmark;

import dev.holdfast.Enqueued;
import dev.holdfast.Holdfast;
import dev.holdfast.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * How long after it should have been enqueued a job's handler begins. Jobs come at fixed instants
 * that no slow answer moves, and each latency counts from its instant: a stall is felt by all jobs
 * that came in it, as users would feel it.
 */
final class PickUpScenario {
  private static final int IDLE_JOBS = 1_000;
  private static final int IDLE_JOBS_QUICK = 300;
  private static final long IDLE_PERIOD = TimeUnit.MILLISECONDS.toNanos(3);
  private static final long LEAD = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int CAPACITY_JOBS = 20_000;
  private static final int TRIES = 6;
  private static final Duration TRY = Duration.ofMillis(500);

  /** Of a rate that is offered, what must be done so that it counts as sustained. */
  private static final double ALMOST = 0.95;

  private final Bench bench;

  /** What worker and producer sustain here, in jobs a second; 0 until it is asked for. */
  private double capacity;

  private PickUpScenario(Bench bench) {
    this.bench = bench;
  }

  static Scenario of(Bench bench) {
    PickUpScenario scenario = new PickUpScenario(bench);
    int jobs = bench.scale().fixed(bench.scale().quick() ? IDLE_JOBS_QUICK : IDLE_JOBS);
    return Scenario.beside(
        "pickup",
        "from the instant a job should be enqueued to its handler's beginning; of RPUSH to BLMOVE"
            + " for the bare loop",
        Figure.P50,
        List.of(
            new Row("list: RPUSH and BLMOVE, idle", Role.BLOCKING, jobs, scenario::bare),
            Row.holdfast("idle, a job each 3 ms", jobs, scenario::idle),
            Row.holdfast("at 50 % load", count -> scenario.loaded(count, 0.5)),
            Row.holdfast("at 80 % load", count -> scenario.loaded(count, 0.8))));
  }

  private Sample idle(int jobs) throws Exception {
    return run(
        jobs,
        IDLE_PERIOD,
        (holdfast, start) -> {
          for (int number = 0; number < jobs; number++) {
            Pace.exactlyUntil(start + number * IDLE_PERIOD);
            Backlog.requireCreated(holdfast.enqueue(Noop.of(number)));
          }
        });
  }

  private Sample loaded(int jobs, double share) throws Exception {
    double rate = capacity() * share;
    return paced(jobs, rate).with(Figure.OFFERED, rate);
  }

  private Sample paced(int jobs, double rate) throws Exception {
    long period = (long) (1e9 / rate);
    return run(
        jobs,
        period,
        (holdfast, start) -> {
          List<CompletableFuture<Enqueued>> answers = new ArrayList<>(jobs);
          for (int number = 0; number < jobs; number++) {
            // All that is due is sent at once; a late wake-up counts as latency.
            Pace.roughlyUntil(start + number * period);
            answers.add(holdfast.enqueueAsync(Noop.of(number)));
          }
          Producers.requireCreated(answers);
        });
  }

  /** Sends the jobs from an instant on. */
  @FunctionalInterface
  private interface Sending {
    void send(Holdfast holdfast, long start) throws Exception;
  }

  private Sample run(int jobs, long period, Sending sending) throws Exception {
    try (Rig rig = bench.rig()) {
      Holdfast holdfast = rig.holdfast();
      Receiver receiver = new Receiver();
      Deliveries deliveries = new Deliveries(jobs);
      Latencies latencies = new Latencies();
      Sample sample;
      try (Worker ignored = receiver.start(holdfast, ThroughScenario.SLOTS)) {
        receiver.prime(holdfast);
        Measuring measuring = Measuring.start(rig);
        long start = System.nanoTime() + LEAD;
        receiver.with(
            (number, context) -> {
              latencies.note(System.nanoTime() - start - number * period);
              deliveries.handled(number);
            });
        sending.send(holdfast, start);
        deliveries.await(Backlog.PATIENCE);
        Backlog.awaitEmpty(holdfast, List.of(Noop.QUEUE));
        sample = measuring.end(jobs);
      }
      deliveries.requireExact();
      return sample.with(latencies.sample());
    }
  }

  private Sample bare(int jobs) throws Exception {
    try (Rig rig = bench.rig();
        BareList sender = new BareList(rig);
        BareList receiver = new BareList(rig)) {
      Deliveries deliveries = new Deliveries(jobs);
      Latencies latencies = new Latencies();
      Measuring measuring = Measuring.start(rig);
      long start = System.nanoTime() + LEAD;
      ExecutorService loop = Executors.newSingleThreadExecutor();
      try {
        Future<?> end =
            loop.submit(
                () -> {
                  for (int i = 0; i < jobs; i++) {
                    int number = Noop.numberIn(receiver.moveNext());
                    latencies.note(System.nanoTime() - start - number * IDLE_PERIOD);
                    deliveries.handled(number);
                  }
                });
        for (int number = 0; number < jobs; number++) {
          byte[] payload = Noop.json(number);
          Pace.exactlyUntil(start + number * IDLE_PERIOD);
          sender.pushOne(payload);
        }
        end.get(Backlog.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } finally {
        loop.shutdownNow();
      }
      deliveries.requireExact();
      return BareList.sent(measuring.end(jobs)).with(latencies.sample());
    }
  }

  /** The highest rate, of those tried, at which the last job ends hardly later than it came. */
  private double capacity() throws Exception {
    if (capacity == 0) {
      int jobs = bench.scale().jobs(CAPACITY_JOBS);
      Duration enough = bench.scale().warmup();
      long started = System.nanoTime();
      double tooMuch;
      do {
        tooMuch = ThroughScenario.run(bench, jobs, Producers::async).get(Figure.RATE).orElseThrow();
      } while (System.nanoTime() - started < enough.toNanos());
      double sustained = tooMuch / 64;
      for (int step = 0; step < TRIES; step++) {
        double rate = (sustained + tooMuch) / 2;
        int some = bench.scale().jobs((int) Math.max(1, rate * TRY.toMillis() / 1_000));
        if (paced(some, rate).get(Figure.RATE).orElseThrow() > ALMOST * rate) {
          sustained = rate;
        } else {
          tooMuch = rate;
        }
      }
      capacity = sustained;
    }
    return capacity;
  }
}
