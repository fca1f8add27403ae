package dev.holdfast.testkit;

/**
 * Two calls of a flow's handler with the same journal called other steps, or in another order: see
 * {@link FlowTest#replayTwice}.
 */
public final class NondeterministicFlowError extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String step;

  NondeterministicFlowError(String step, String how) {
    super(
        "step '"
            + step
            + "' "
            + how
            + ": code outside of steps depends on time, randomness or reads; put it into a step");
    this.step = step;
  }

  /** The key of the first step that differs. */
  public String step() {
    return step;
  }
}
