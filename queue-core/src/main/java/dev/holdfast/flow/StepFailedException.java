package dev.holdfast.flow;

import dev.holdfast.job.Failure;
import dev.holdfast.job.HoldfastException;

/**
 * A step has failed for good. It is recorded: the step does not run again, and this is thrown at
 * every call of the handler. The exception of the step is not made anew from what is stored; {@link
 * #failure} tells of it.
 */
public final class StepFailedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final String step;
  private final int attempts;
  private final transient Failure failure;

  StepFailedException(String step, int attempts, Failure failure) {
    super(
        "step "
            + step
            + " failed for good after "
            + attempts
            + (attempts == 1 ? " attempt: " : " attempts: ")
            + failure.type()
            + ": "
            + failure.message());
    this.step = step;
    this.attempts = attempts;
    this.failure = failure;
  }

  /** The step's key. */
  public String step() {
    return step;
  }

  /** How many attempts it had. */
  public int attempts() {
    return attempts;
  }

  /** Its last failure. */
  public Failure failure() {
    return failure;
  }

  /** Whether its last failure was of exactly this class, by name. */
  public boolean causeIs(Class<? extends Throwable> type) {
    return failure.type().equals(type.getName());
  }
}
