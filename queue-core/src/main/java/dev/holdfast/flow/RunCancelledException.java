package dev.holdfast.flow;

import dev.holdfast.job.HoldfastException;

/** Somebody asked that the run ends, and it has come to a step: no further step runs. */
public final class RunCancelledException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RunCancelledException(String message) {
    super(message);
  }
}
