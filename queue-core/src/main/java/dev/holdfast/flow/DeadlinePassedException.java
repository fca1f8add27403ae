package dev.holdfast.flow;

import dev.holdfast.job.HoldfastException;

/** A run has taken longer than its deadline allows: none of its steps begins any more. */
public final class DeadlinePassedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  DeadlinePassedException(String message) {
    super(message);
  }
}
