package dev.holdfast.flow;

/**
 * Ends a call of a flow handler whose run waits. An error and without a stack, so that no {@code
 * catch (Exception)} holds it up and it costs little. Never catch it.
 */
public final class RunSuspended extends Error {
  private static final long serialVersionUID = 1L;

  RunSuspended(String waitsFor) {
    super("the run waits: " + waitsFor, null, false, false);
  }
}
