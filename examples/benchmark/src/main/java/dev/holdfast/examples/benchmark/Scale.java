package dev.holdfast.examples.benchmark;

import java.time.Duration;

/**
 * How much is run.
 *
 * @param quick whether to say in the report that this was a quick run
 * @param huge whether the backlog of 10 million is run, too
 * @param runs counted runs of each row
 * @param perRun about how long a run of a row without a fixed number of jobs takes
 * @param warmup how long each row runs before it counts
 * @param most jobs of a run at most, where the number is not what is measured
 * @param largest jobs of a run whose number is part of the question; only tests make it small
 * @param quiet how long an idle worker is watched
 */
record Scale(
    boolean quick,
    boolean huge,
    int runs,
    Duration perRun,
    Duration warmup,
    int most,
    int largest,
    Duration quiet) {

  static final Scale FULL =
      new Scale(
          false,
          false,
          5,
          Duration.ofMillis(1_500),
          Duration.ofSeconds(3),
          200_000,
          Integer.MAX_VALUE,
          Duration.ofSeconds(10));

  static final Scale QUICK =
      new Scale(
          true,
          false,
          3,
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          100_000,
          Integer.MAX_VALUE,
          Duration.ofSeconds(3));

  /** A number of jobs that is free to choose. */
  int jobs(int wanted) {
    return Math.min(wanted, Math.min(most, largest));
  }

  /** A number of jobs that is part of the question. */
  int fixed(int wanted) {
    return Math.min(wanted, largest);
  }

  Scale withRuns(int number) {
    return new Scale(quick, huge, number, perRun, warmup, most, largest, quiet);
  }

  Scale withHuge() {
    return new Scale(quick, true, runs, perRun, warmup, most, largest, quiet);
  }
}
