package dev.holdfast.flow;

import dev.holdfast.job.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * The code of a flow does not fit what a run has recorded: a step's kind has changed, or its
 * outcome cannot be read as its type. The run is a dead letter; redriving it with mended code goes
 * on.
 */
public final class FlowChangedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  FlowChangedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
