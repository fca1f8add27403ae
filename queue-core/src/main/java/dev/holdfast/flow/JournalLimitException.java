package dev.holdfast.flow;

import dev.holdfast.job.HoldfastException;

/**
 * A run has recorded too much: an outcome is too large, or there are too many of them. The message
 * names the step. The run is a dead letter; {@link Steps#continueAs} is for flows that go on for
 * ever.
 */
public final class JournalLimitException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  JournalLimitException(String message) {
    super(message);
  }
}
