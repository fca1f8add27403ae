package dev.holdfast.examples.benchmark;

import java.util.Locale;

/** Every figure of the report: its name, its unit and how it is written. */
enum Figure {
  /** Jobs of a run; fixed, or as many as take about the time that the scale gives a run. */
  JOBS("jobs", "", 0, true),
  /** Jobs in a second, from the first to the last. */
  RATE("rate", "jobs/s", 0, true),
  /** Jobs in a second that the schedule brings, whether they are served or not. */
  OFFERED("offered", "jobs/s", 0, true),
  /** Steps of runs in a second. */
  STEP_RATE("steps", "steps/s", 0, true),
  /** Jobs enqueued in a second, before the drain that is measured. */
  ENQUEUE_RATE("enqueued", "jobs/s", 0, true),
  /** From the start of a peer's workers to the first job they handled; not part of the rate. */
  FIRST_AFTER("first job after", "ms", 0, true),
  /** Time until all was done. */
  TOOK("took", "s", 3, true),
  /** Latency, half of the jobs. */
  P50("p50", "ms", 3, true),
  /** Latency, nine jobs in ten. */
  P90("p90", "ms", 3, true),
  /** Latency, 99 jobs in 100. */
  P99("p99", "ms", 3, true),
  /** Latency, 999 jobs in 1,000. */
  P999("p99.9", "ms", 3, true),
  /** The worst latency. */
  MAX("max", "ms", 3, true),
  /** Bytes of Redis's memory that a waiting job takes. */
  QUEUED_BYTES("a queued job", "bytes", 0, true),
  /** Bytes it takes more while it is held by a worker. */
  ACTIVE_BYTES("more while active", "bytes", 0, true),
  /** Commands an idle worker sends. */
  SENT_PER_SECOND("commands sent", "/s", 2, true),
  /** What the process of an idle worker takes of one core. */
  CLIENT_CORE("client", "% of a core", 2, true),
  /** What Redis takes of one core meanwhile. */
  REDIS_CORE("Redis", "% of a core", 2, true),
  /** The compared figure, divided by that of the pipelined list loop of the same round. */
  OF_PIPELINED("to pipelined list", "×", 2, true),
  /** The compared figure, divided by that of the list pattern with one call a job. */
  OF_ONE_BY_ONE("to one-by-one list", "×", 2, true),
  /** The compared figure, divided by that of Redis's own load generator. */
  OF_REDIS_BENCHMARK("to redis-benchmark", "×", 2, true),
  /** The compared figure, divided by that of the bare BLMOVE loop. */
  OF_BLOCKING("to BLMOVE loop", "×", 2, true),
  /** The compared figure, divided by that of the first row of Holdfast's. */
  OF_FIRST("to first row", "×", 2, true),

  /** Redis's processor time, user and system. */
  REDIS_CPU("Redis CPU", "µs/job", 2, false),
  /** This process's processor time: producers, worker, handlers, JIT and GC. */
  CLIENT_CPU("client CPU", "µs/job", 2, false),
  /** Calls of scripts; each is one round trip. */
  ROUND_TRIPS("script calls", "/job", 4, false),
  /** All commands that clients sent, calls of scripts among them. */
  SENT("commands sent", "/job", 4, false),
  /** All commands that Redis executed, those inside scripts among them. */
  COMMANDS("commands executed", "/job", 2, false),
  /** Bytes from the clients to Redis. */
  BYTES_IN("to Redis", "bytes/job", 0, false),
  /** Bytes from Redis to the clients. */
  BYTES_OUT("from Redis", "bytes/job", 0, false),
  /** Bytes allocated in the Java heap. */
  ALLOCATED("allocated", "bytes/job", 0, false),
  /** Garbage collections. */
  GC_COUNT("GCs", "", 0, false),
  /** Time in garbage collections. */
  GC_TIME("in GC", "ms", 0, false);

  private final String title;
  private final String unit;
  private final int decimals;
  private final boolean main;

  Figure(String title, String unit, int decimals, boolean main) {
    this.title = title;
    this.unit = unit;
    this.decimals = decimals;
    this.main = main;
  }

  /** The head of its column. */
  String title() {
    return unit.isEmpty() ? title : title + ", " + unit;
  }

  String unit() {
    return unit;
  }

  /** Whether it stands in the first table, with its range, or in that of costs. */
  boolean isMain() {
    return main;
  }

  /** Its name in the file. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  String written(double value) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
