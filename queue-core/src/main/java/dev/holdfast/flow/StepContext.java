package dev.holdfast.flow;

import org.jspecify.annotations.Nullable;

/** What the code of a step may know and do. Safe for use by several threads. */
public interface StepContext {
  /**
   * A key for the systems the step talks to, the same at every attempt of this step of this run,
   * and of no other: {@code <run id>:<step key>}.
   */
  String idempotencyKey();

  /** Which attempt of the step this is, from 1. Attempts cut short by a crash are not counted. */
  int attempt();

  /** Whether somebody asked that the run ends. The step may go on to its end. */
  boolean cancelled();

  /** Whether the claim was lost: whatever the step does now, its outcome is refused. */
  boolean leaseLost();

  /** Notes how far the run is. Best effort. */
  void progress(double fraction, @Nullable String note);
}
