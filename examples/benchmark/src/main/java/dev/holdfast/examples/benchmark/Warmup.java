package dev.holdfast.examples.benchmark;

/**
 * Runs a row uncounted until the JVM knows it, and finds out how many jobs a counted run takes. A
 * run that breaks its delivery fails here as well.
 */
final class Warmup {
  private static final int FIRST = 2_000;
  private static final int LEAST = 100;
  private static final int LEAST_RUNS = 2;

  /** Most of a short run of a peer is the start of its database and of its threads. */
  private static final int LEAST_RUNS_OF_PEER = 5;

  private static final int MOST_RUNS = 10;
  private static final int MOST_OF_FIXED = 10_000;

  private final Scale scale;

  Warmup(Scale scale) {
    this.scale = scale;
  }

  /** Warms up, and returns how many jobs a run of this row gets. */
  int of(Row row) throws Exception {
    if (scale.warmup().isZero()) {
      return row.jobs() > 0 ? row.jobs() : scale.jobs(FIRST);
    }
    return row.jobs() > 0 ? fixed(row) : free(row);
  }

  private int fixed(Row row) throws Exception {
    long started = System.nanoTime();
    do {
      row.measurement().run(Math.min(row.jobs(), MOST_OF_FIXED));
    } while (System.nanoTime() - started < scale.warmup().toNanos());
    return row.jobs();
  }

  private int free(Row row) throws Exception {
    long started = System.nanoTime();
    int next = scale.jobs(FIRST);
    int jobs;
    int runs = 0;
    int least = row.role() == Role.PEER ? LEAST_RUNS_OF_PEER : LEAST_RUNS;
    do {
      jobs = next;
      double rate = row.measurement().run(jobs).get(Figure.RATE).orElse(jobs);
      next = scale.jobs(rounded(rate * scale.perRun().toNanos() / 1e9));
      runs++;
      // A cold JVM tells too low a rate, and would make the counted runs too short: as long as
      // the rate grows, another run follows.
    } while (runs < least
        || (runs < MOST_RUNS
            && (next / 4 * 3 > jobs || System.nanoTime() - started < scale.warmup().toNanos())));
    return next;
  }

  /** Two digits: 12,345 becomes 12,000. */
  private static int rounded(double jobs) {
    double step = Math.pow(10, Math.floor(Math.log10(Math.max(LEAST, jobs))) - 1);
    return (int) Math.max(LEAST, Math.floor(jobs / step) * step);
  }
}
