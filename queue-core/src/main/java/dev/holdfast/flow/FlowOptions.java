package dev.holdfast.flow;

import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.Naming;

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
 */
public record FlowOptions(
    String version, boolean pinned, int maxStepBytes, long maxRunBytes, int maxSteps) {
  private static final FlowOptions DEFAULTS =
      new FlowOptions("1", false, 256 * 1024, 4 * 1024 * 1024, 1_000);

  /** Checks the ranges. */
  public FlowOptions {
    Naming.name("flow version", version);
    check("maxStepBytes", maxStepBytes, 1_048_576);
    check("maxRunBytes", maxRunBytes, 64 * 1024 * 1024);
    check("maxSteps", maxSteps, 100_000);
  }

  private static void check(String what, long value, long most) {
    if (value < 1 || value > most) {
      throw new InvalidHandlerException(what + " is " + value + "; it must be 1 to " + most);
    }
  }

  /** Version 1, not pinned, 256 KiB a step, 4 MiB and 1,000 entries a run. */
  public static FlowOptions defaults() {
    return DEFAULTS;
  }

  /** The defaults with another version. */
  public static FlowOptions version(String version) {
    return new FlowOptions(
        version, false, DEFAULTS.maxStepBytes, DEFAULTS.maxRunBytes, DEFAULTS.maxSteps);
  }

  /** Leaves runs of other versions to others. */
  public FlowOptions pin() {
    return new FlowOptions(version, true, maxStepBytes, maxRunBytes, maxSteps);
  }

  /** Other limits. */
  public FlowOptions limits(int stepBytes, long runBytes, int steps) {
    return new FlowOptions(version, pinned, stepBytes, runBytes, steps);
  }
}
