package dev.holdfast.flow;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Holdfast's own flows may do besides: read what their run was sent. The steps of a flow that
 * is led by a worker are of this type, too. Public for the worker and the doors alone.
 */
public interface RunMail extends Steps {
  /** A message and when it came, by the engine's clock. */
  record Received(Mail mail, Instant at) {}

  /** All the run was sent, in order of arrival, as far as this call knows. */
  List<Received> received();

  /**
   * Suspends the run until it was sent so many messages in all, or an instant.
   *
   * @param count at least one more than {@link #received()} has
   * @param until an instant of the engine's clock, or null
   * @return never: to be thrown
   */
  Error awaitMail(int count, @Nullable Instant until);
}
