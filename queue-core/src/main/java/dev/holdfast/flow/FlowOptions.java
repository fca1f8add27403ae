package dev.holdfast.flow;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.Naming;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the runs of one flow are kept, beside what {@code HandlerOptions} says of their attempts.
 *
 * @param version recorded with each run that begins; 1 to 128 characters of {@code A-Z a-z 0-9 . _
 *     -}. Default 1
 * @param pinned whether this worker leaves runs that began with another version to others. Default
 *     no: it takes them on
 * @param maxStepBytes the most bytes of JSON of one outcome, 1 to 1,048,576. Default 256 KiB
 * @param maxRunBytes the most bytes a run records, 1 to 67,108,864. Default 4 MiB
 * @param maxSteps the most entries of a run's journal, a failed attempt counted as one, 1 to
 *     100,000. Default 1,000
 * @param deadline how long a run may take from its enqueue to its end, or null. Default null
 * @param startWithin how long a run may be ready before its first attempt, or null. Default null
 */
public record FlowOptions(
    String version,
    boolean pinned,
    int maxStepBytes,
    long maxRunBytes,
    int maxSteps,
    @Nullable Duration deadline,
    @Nullable Duration startWithin) {
  private static final Duration LONGEST = Duration.ofDays(3660);
  private static final FlowOptions DEFAULTS =
      new FlowOptions("1", false, 256 * 1024, 4 * 1024 * 1024, 1_000, null, null);

  /** Checks the ranges. */
  public FlowOptions {
    Naming.name("flow version", version);
    check("maxStepBytes", maxStepBytes, 1_048_576);
    check("maxRunBytes", maxRunBytes, 64 * 1024 * 1024);
    check("maxSteps", maxSteps, 100_000);
    check("deadline", deadline);
    check("startWithin", startWithin);
  }

  private static void check(String what, long value, long most) {
    if (value < 1 || value > most) {
      throw new InvalidHandlerException(what + " is " + value + "; it must be 1 to " + most);
    }
  }

  private static void check(String what, @Nullable Duration value) {
    if (value != null && (value.toMillis() < 1 || value.compareTo(LONGEST) > 0)) {
      throw new InvalidHandlerException(what + " is " + value + "; it must be 1 ms to 3,660 days");
    }
  }

  /** Version 1, not pinned, 256 KiB a step, 4 MiB and 1,000 entries a run, no deadline. */
  public static FlowOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with another version. */
  public static FlowOptions version(String version) {
    return new FlowOptions(
        version, false, DEFAULTS.maxStepBytes, DEFAULTS.maxRunBytes, DEFAULTS.maxSteps, null, null);
  }

  /** Leaves runs of other versions to others. */
  public FlowOptions pin() {
    return new FlowOptions(
        version, true, maxStepBytes, maxRunBytes, maxSteps, deadline, startWithin);
  }

  /** Other limits. */
  public FlowOptions limits(int stepBytes, long runBytes, int steps) {
    return new FlowOptions(version, pinned, stepBytes, runBytes, steps, deadline, startWithin);
  }

  /**
   * How long a run may take, sleeps included, 1 ms to 3,660 days, counted from its enqueue by the
   * producer's clock. From then on none of its steps begins or waits: each throws {@link
   * DeadlinePassedException}, the run is a dead letter after {@code onFailure}, and a redrive does
   * not help. A step that runs then goes on to its end. Default: without end.
   */
  public FlowOptions deadline(Duration most) {
    Objects.requireNonNull(most, "most");
    return new FlowOptions(version, pinned, maxStepBytes, maxRunBytes, maxSteps, most, startWithin);
  }

  /**
   * How long a run may be ready before its first attempt, 1 ms to 3,660 days. One that comes later
   * is a dead letter, after {@code onFailure}, without having run; redriven, it runs. Default:
   * without end.
   */
  public FlowOptions startWithin(Duration most) {
    Objects.requireNonNull(most, "most");
    return new FlowOptions(version, pinned, maxStepBytes, maxRunBytes, maxSteps, deadline, most);
  }
}
