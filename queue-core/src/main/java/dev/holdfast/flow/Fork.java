package dev.holdfast.flow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a fork begins to be a run of its own. Immutable. */
public final class Fork {
  private static final Fork START = new Fork(null, false);
  private static final Fork LAST_FAILURE = new Fork(null, true);

  private final @Nullable String step;
  private final boolean lastFailure;

  private Fork(@Nullable String step, boolean lastFailure) {
    this.step = step;
    this.lastFailure = lastFailure;
  }

  /** At the beginning: nothing that was recorded counts. */
  public static Fork start() {
    return START;
  }

  /** At a step: what was recorded before this step first recorded something counts. */
  public static Fork step(String key) {
    return new Fork(Objects.requireNonNull(key, "key"), false);
  }

  /**
   * At the step that failed for good last; at the beginning of what is not recorded if none has.
   */
  public static Fork lastFailure() {
    return LAST_FAILURE;
  }

  /** The step's key, or null. */
  @Nullable String key() {
    return step;
  }

  /** Whether the last failure decides. */
  boolean atLastFailure() {
    return lastFailure;
  }
}
